"""How far the session's cookie travels."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from prosa.signin import cookies
from prosa.signin.cookies import PlainHttp


def a_cookie(host: str, scheme: str = "http", plain: PlainHttp = "loopback") -> str:
    scope = {
        "type": "http",
        "scheme": scheme,
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
    }
    response = Response()
    cookies.put(response, Request(scope), cookies.SESSION, "x", seconds=60, plain=plain)
    return response.headers["set-cookie"]


def test_no_script_reads_it_and_no_other_site_sends_it() -> None:
    assert a_cookie("inbox.example", "https") == (
        "prosa_session=x; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8004", "localhost:8004", "[::1]:8004"])
def test_on_this_machine_it_travels_without_tls(host: str) -> None:
    assert "Secure" not in a_cookie(host)


@pytest.mark.parametrize("host", ["inbox.example", "10.0.0.7:8004", "localhost.evil.example"])
def test_nowhere_else(host: str) -> None:
    assert "Secure" in a_cookie(host)


def test_not_even_here_where_the_setting_says_so() -> None:
    assert "Secure" in a_cookie("localhost:8004", plain="never")


def test_a_request_by_tls_is_no_exception_whatever_its_host() -> None:
    assert "Secure" in a_cookie("localhost", "https")
