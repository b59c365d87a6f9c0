"""A session's token: unguessable, unknown to the database, and the key to what it seals."""

from prosa.signin import tokens


def test_tokens_are_plausible_and_differ() -> None:
    made = {tokens.new() for _ in range(100)}

    assert len(made) == 100
    assert all(map(tokens.plausible, made))


def test_what_is_stored_does_not_hold_the_token() -> None:
    token = tokens.new()

    assert token.encode() not in tokens.digest(token)
    assert len(tokens.digest(token)) == 32


def test_what_is_sealed_opens_with_its_token_alone() -> None:
    token = tokens.new()
    sealed = tokens.seal("a refresh token", token)

    assert b"a refresh token" not in sealed
    assert tokens.unseal(sealed, token) == "a refresh token"
    assert tokens.unseal(sealed, tokens.new()) is None


def test_anything_else_is_not_looked_up() -> None:
    assert not any(map(tokens.plausible, ["", "x", "é" * 43, "x" * 44]))
