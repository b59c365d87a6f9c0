"""After the sign-in one comes to a page of ours, wherever the link wanted to lead."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.signin.addresses import safe_next, to_sign_in


@pytest.mark.parametrize("path", ["/", "/inbox?view=mine&q=a%20b", "/bots_eco/c/7#notes", "/a//b"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "inbox",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/signin",
        "/signin?next=/signin",
        "/signin/oidc",
        "/" + "a" * 3000,
    ],
)
def test_anything_else_leads_to_the_start(wanted: str) -> None:
    assert safe_next(wanted, "/bots/inbox") == "/bots/inbox/"


@given(wanted=st.text(alphabet="/\\.:@?#ab%\t\n\r ", max_size=12))
def test_no_text_leads_to_another_host(wanted: str) -> None:
    given = safe_next(wanted)

    assert given.startswith("/")
    assert not given.startswith("//")
    assert "\\" not in given
    assert urlsplit(given).netloc == ""


def test_the_address_of_the_sign_in_carries_the_whole_path_back() -> None:
    address = to_sign_in("/desk", "/desk/inbox?c=7&q=é", "session_ended")

    assert urlsplit(address).path == "/desk/signin"
    assert parse_qs(urlsplit(address).query) == {
        "next": ["/desk/inbox?c=7&q=é"],
        "why": ["session_ended"],
    }
