import errno
import socket

import pytest

from aepsych_grpc.server.exposure import ExposureError
from aepsych_grpc.server.http import listening
from aepsych_grpc.server.http.listening import listen


def close(sockets):
    for one in sockets:
        one.close()


def test_all_addresses_of_a_name_have_the_same_port():
    sockets = listen("localhost", 0)
    assert len({one.getsockname()[1] for one in sockets}) == 1
    close(sockets)


def test_an_address_that_the_machine_has_not_got_is_left_out(monkeypatch):
    create = socket.create_server

    def without_ipv6(address, **options):
        if options["family"] == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        return create(address, **options)

    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(listening.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(listening.socket, "create_server", without_ipv6)
    sockets = listen("localhost", 0)
    assert [one.getsockname()[0] for one in sockets] == ["127.0.0.1"]
    close(sockets)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_here(host):
    with pytest.raises(ExposureError, match="--http-port"):
        listen(host, 0)


def test_a_taken_port():
    sockets = listen("127.0.0.1", 0)
    with pytest.raises(ExposureError, match=r"--no-http"):
        listen("127.0.0.1", sockets[0].getsockname()[1])
    close(sockets)
