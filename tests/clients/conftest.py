"""A client that is built, and a server in front of which its runner runs."""

import pytest

from clients.live_server import LiveServer
from clients.runner import NotInstalledError, run


@pytest.fixture(scope="session")
def built():
    """Build a client in a folder and return what that returns; skip the test where its tools are not installed."""

    def build(function, folder):
        try:
            return function(folder)
        except NotInstalledError as error:
            pytest.skip(str(error))

    return build


@pytest.fixture(scope="module")
def live_server(tmp_path_factory):
    with LiveServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def report_of(built, live_server, tmp_path):
    """Build a client, by default in a folder of the test's own, run its runner and return the report."""

    def report(client, folder=tmp_path):
        return run(built(client.build, folder), client.address(live_server), live_server.restart)

    return report
