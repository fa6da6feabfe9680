import pytest

from aepsych_grpc.server.auth import read_tokens
from aepsych_grpc.server.exposure import Exposure, ExposureError, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_needs_no_secrets(host):
    assert is_loopback(host)
    Exposure(host=host).check()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "rig-3", "", "localhost.example"])
def test_others_need_tls_and_tokens_or_a_word(host, tmp_path):
    files = {"tls_cert": tmp_path / "c", "tls_key": tmp_path / "k"}
    for partly in ({}, files, {"token_file": tmp_path / "t"}):
        with pytest.raises(ExposureError, match=r"--tls-cert and --tls-key.*--token-file.*--insecure"):
            Exposure(host=host, **partly).check()
    Exposure(host=host, token_file=tmp_path / "t", **files).check()
    Exposure(host=host, insecure=True).check()


@pytest.mark.parametrize(("given", "missing"), [("tls_cert", "--tls-key"), ("tls_key", "--tls-cert")])
def test_tls_needs_both_files(given, missing, tmp_path):
    with pytest.raises(ExposureError, match=f"without {missing}"):
        Exposure(insecure=True, **{given: tmp_path / "x"}).check()


@pytest.mark.parametrize("origin", ["*", "null", "https://lab.example", "http://localhost:8080", "http://[::1]:80"])
def test_an_origin_is_scheme_host_and_port(origin):
    Exposure(cors_origins=(origin,)).check()


@pytest.mark.parametrize("origin", ["", "lab.example", "https://lab.example/", "https://lab.example/page", "https://"])
def test_what_is_no_origin(origin):
    with pytest.raises(ExposureError, match="scheme, host and port"):
        Exposure(cors_origins=(origin,)).check()


def test_files_that_are_no_pem_are_refused_for_http(tmp_path):
    (tmp_path / "x").write_text("nothing")
    with pytest.raises(ExposureError, match="TLS file"):
        Exposure(tls_cert=tmp_path / "x", tls_key=tmp_path / "x").tls_context()


def test_only_loopback_without_tokens_is_for_this_machine_alone(tmp_path):
    assert Exposure().here_only
    for other in ({"insecure": True}, {"token_file": tmp_path / "t"}, {"host": "0.0.0.0"}):
        assert not Exposure(**other).here_only


def test_missing_files_are_named(tmp_path):
    gone = tmp_path / "gone.pem"
    exposure = Exposure(tls_cert=gone, tls_key=gone, token_file=gone)
    with pytest.raises(ExposureError, match=r"gone\.pem"):
        exposure.credentials()
    with pytest.raises(ExposureError, match="TLS file"):
        exposure.tls_context()
    with pytest.raises(ExposureError, match=r"gone\.pem"):
        exposure.tokens()


def test_an_ipv6_address_stands_in_brackets():
    assert Exposure(host="::1", port=7).target == "[::1]:7"
    assert Exposure(host="127.0.0.1", port=7).target == "127.0.0.1:7"


def test_tokens_are_lines(tmp_path):
    file = tmp_path / "tokens.txt"
    file.write_text("# rig 1\nabc\n\n  def  \n#ghi\n")
    assert read_tokens(file) == ("abc", "def")


@pytest.mark.parametrize("content", ["", "# nobody\n", "two words\n", "schlüssel\n"])
def test_a_token_file_without_usable_tokens_is_refused(content, tmp_path):
    file = tmp_path / "tokens.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ExposureError, match=r"tokens\.txt"):
        Exposure(token_file=file).tokens()
