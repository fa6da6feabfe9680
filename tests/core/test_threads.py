"""One thread for linear algebra, of torch and of LAPACK."""

import subprocess
import sys

PROGRAM = """
import torch, scipy.linalg
from threadpoolctl import threadpool_info, threadpool_limits
threadpool_limits(limits=2)
torch.set_num_threads(2)
from aepsych_grpc.core.threads import single_thread
single_thread()
assert torch.get_num_threads() == 1
assert {pool["num_threads"] for pool in threadpool_info()} == {1}, threadpool_info()
"""


def test_every_pool_has_one_thread():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
