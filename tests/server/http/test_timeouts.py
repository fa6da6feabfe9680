import pytest

from aepsych_grpc.error import ServiceError
from aepsych_grpc.server.http.timeouts import connect_timeout, grpc_timeout


def test_connect_s_are_milliseconds():
    assert connect_timeout("") is None
    assert [connect_timeout(value) for value in ("1500", "0", "9999999999")] == [1.5, 0, 9_999_999.999]


def test_grpc_s_have_units():
    assert grpc_timeout("") is None
    seconds = [grpc_timeout(value) for value in ("1H", "2M", "3S", "4m", "5u", "6n", "99999999H")]
    assert seconds == pytest.approx([3600, 120, 3, 4e-3, 5e-6, 6e-9, 99_999_999 * 3600])


@pytest.mark.parametrize("value", ["-1", "1.5", "soon", "12345678901", "1 000", "١"])
def test_connect_s_that_are_none(value):
    with pytest.raises(ServiceError, match="milliseconds"):
        connect_timeout(value)


@pytest.mark.parametrize("value", ["1", "S", "1s", "123456789S", "-1S", "1.5S"])
def test_grpc_s_that_are_none(value):
    with pytest.raises(ServiceError, match="unit"):
        grpc_timeout(value)
