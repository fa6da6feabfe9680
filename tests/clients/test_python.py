"""The Python client, and the calls that people make by hand."""

import pytest

from clients.python import CURL, GRPCURL_CLIENT, PYTHON, WEB_PAGE

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("client", [PYTHON, CURL, GRPCURL_CLIENT, WEB_PAGE], ids=lambda client: client.name)
def test_every_behaviour_holds(client, report_of):
    assert report_of(client).problems() == []
