"""One thread for linear algebra."""

import scipy.linalg  # noqa: F401  # its BLAS must be loaded to be limited
import torch
from threadpoolctl import threadpool_limits


def single_thread() -> None:
    """Make this process compute with one thread from now on; call it once, when a server or worker starts.

    At the sizes of an experiment (some hundred trials) threads cost more than they bring: small fits are 2-4x faster
    without. It also makes results reproducible bit for bit, because the order of a sum depends on its threads.
    """
    torch.set_num_threads(1)
    threadpool_limits(limits=1)
