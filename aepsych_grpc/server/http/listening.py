"""The sockets that the door listens on."""

import socket

from aepsych_grpc.server.exposure import ExposureError, bracketed

_BACKLOG = 512


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host; port 0 takes one that is free.

    Raises:
        ExposureError: The port is taken, or the host unknown.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, address in dict.fromkeys(found):
            place = (str(address[0]), port or (sockets[0].getsockname()[1] if sockets else 0))
            both = family == socket.AF_INET6 and host == "::" and socket.has_dualstack_ipv6()
            sockets.append(socket.create_server(place, family=family, backlog=_BACKLOG, dualstack_ipv6=both))
    except OSError:
        for one in sockets:
            one.close()
        raise ExposureError(
            f"Can't listen on {bracketed(host)}:{port} for HTTP: another program has the port, or this machine has no "
            "such address. Choose another with --http-port (0 takes a free one) or --host, or leave it out: --no-http."
        ) from None
    return sockets
