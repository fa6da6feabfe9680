import pytest

from aepsych_grpc.client import AsyncClient, Client


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("localhost", "localhost:50051"),
        ("10.0.0.7", "10.0.0.7:50051"),
        ("lab-pc.example.org", "lab-pc.example.org:50051"),
        ("[::1]", "[::1]:50051"),
        (" localhost:7 ", "localhost:7"),
        ("[::1]:7", "[::1]:7"),
        ("unix:/run/aepsych.sock", "unix:/run/aepsych.sock"),
        ("dns:///lab:7", "dns:///lab:7"),
    ],
)
def test_a_port_that_is_left_out_is_the_server_s_default(given, address):
    with Client(given) as client:
        assert repr(client) == f"<Client of {address}>"
    assert repr(AsyncClient(given)) == f"<AsyncClient of {address}>"


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ("", ValueError, "address of the server is empty"),
        ("  ", ValueError, "address of the server is empty"),
        ("http://lab:7/", ValueError, 'write "lab:7"\\.'),
        ("https://lab:7", ValueError, 'write "lab:7" with tls=True'),
        (None, TypeError, "`target` is a text"),
        (50051, TypeError, "`target` is a text"),
    ],
)
def test_what_is_no_address(given, kind, message):
    for client in (Client, AsyncClient):
        with pytest.raises(kind, match=message):
            client(given)


def test_a_closed_client_says_so(client, experiment):
    client.close()
    for call in (client.server_info, experiment.ask, experiment.state):
        with pytest.raises(RuntimeError, match="is closed; make a new one"):
            call()
    assert "participant p01" in experiment._repr_html_()


async def test_a_closed_async_client_says_so(async_client):
    experiment = await async_client.setup({}, participant_id="p01")
    await async_client.close()
    with pytest.raises(RuntimeError, match="is closed; make a new one"):
        await experiment.ask()
    assert "contrast threshold e1, participant p01" in experiment._repr_html_()
