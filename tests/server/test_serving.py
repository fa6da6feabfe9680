import subprocess
import sys

# A signal to the process may reach any of its threads.
SIGNALLED_ELSEWHERE = """
import signal, sys, threading, time
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import serve

def signal_this_thread():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)

def announce(line):
    threading.Thread(target=signal_this_thread, daemon=True).start()

serve(sys.argv[1], Exposure(host="127.0.0.1", port=0), announce)
"""


def test_a_signal_that_reaches_another_thread_stops_the_server(tmp_path):
    command = [sys.executable, "-c", SIGNALLED_ELSEWHERE, str(tmp_path / "study.db")]
    assert subprocess.run(command, timeout=40, check=False).returncode == 0
