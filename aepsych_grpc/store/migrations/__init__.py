"""From each version of the tables to the next, without the views: a file for each, which stays as it was released.

The tables that people read are filled anew from the logs after the last step, so a step that changes one of them only
has to drop it and make it again.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from alembic.operations import Operations

from aepsych_grpc.store.migrations import to_2

STEPS: Mapping[int, Callable[[Operations], None]] = MappingProxyType({2: to_2.upgrade})
"""What leads to each version from the one before."""
