"""A process that has loaded the server, and forks off one each time it is told to: a start takes a tenth of a second.

What is forked is `aepsych_grpc.server.serving.serve`, whole: its own socket, its own threads, its own connections to
the database. Only loading and warming up the libraries is done beforehand. It is told by lines of JSON on stdin, and
says on stdout which process it has forked, when that listens and how it has ended.

    python -m crash.server_host
"""

import json
import logging
import os
import sys
import threading
from pathlib import Path

from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.threads import single_thread
from aepsych_grpc.server import serving
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.warm_up import warm_up
from crash.sabotage import SABOTAGE


def say(*words):
    print(*words, flush=True)  # noqa: T201 - the driver reads it


def end_with_the_driver():
    """Leave no server behind when the driver is gone: it holds the other end of stdin."""
    os.read(0, 1)
    os._exit(1)


def serve(order):
    threading.Thread(target=end_with_the_driver, daemon=True).start()
    serving.warm_up = lambda _catalogue: None
    if order["sabotage"]:
        SABOTAGE[order["sabotage"]](Path(order["control"]))
    try:
        serving.serve(order["database"], Exposure(host="127.0.0.1", port=order["port"]), lambda _line: say("listening"))
    except Exception:
        logging.exception("the server failed")
        os._exit(1)


def main():
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    single_thread()
    warm_up(CATALOGUE)
    say("ready")
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if pid == 0:
            serve(json.loads(line))
        say("forked", pid)
        say("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main()
