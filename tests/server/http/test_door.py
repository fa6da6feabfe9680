import socket

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server


def test_no_answer_waits_for_a_packet_to_be_acknowledged():
    server = Server(":memory:", Exposure(port=0, http_port=0))
    with socket.create_connection(("127.0.0.1", server.http_port)) as caller:
        caller.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert caller.recv(100).startswith(b"HTTP/1.1 200")
        (connection,) = server._http._server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    server.stop(0)
