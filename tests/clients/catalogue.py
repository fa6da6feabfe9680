"""The clients that have a runner. A new one is a module with a `Client` and a line here."""

from collections.abc import Sequence

from clients import cpp, csharp, matlab, python
from clients.runner import Client

CLIENTS: Sequence[Client] = (
    python.PYTHON,
    cpp.CLIENT,
    csharp.CLIENT,
    csharp.UNITY_CLIENT,
    matlab.CLIENT,
    python.CURL,
    python.GRPCURL_CLIENT,
    python.WEB_PAGE,
)
