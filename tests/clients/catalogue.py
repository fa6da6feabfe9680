"""The clients that have a runner. A new one is a module with a `Client` and a line here."""

from collections.abc import Sequence

from clients import cpp
from clients.runner import Client

CLIENTS: Sequence[Client] = (cpp.CLIENT,)
