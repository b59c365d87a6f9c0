"""What strangers send on purpose, and every route of an application to send it to."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from prosa.signin.people import ROLES
from prosa.signin.rules import Ruled, routes

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def _cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


VALUES = (
    "'; drop table tickets; --",
    "%' or '1'='1",
    "a & b | !c:*",
    "\\",
    "\x00",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "9" * 18,
    "9" * 40,
    "-1",
    "1e400",
    "0001-01-01",
    "9999-12-31",
    "2026-13-99",
    "\u202e\U0001f4a5\u2028",
    "²",
    "a" * 4000,
    _cursor(2**63, "x"),
    _cursor(-(2**70), "x"),
    _cursor(None, {}),
)
"""For a path's or a query's parameters."""

BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b"[" * 20_000,
    b'{"a":' * 5_000,
    b'{"id": 7, "text": [], "tags": "x", "to": null, "ask": "x", "available": 2, "numbers": "x"}',
    b'{"id": "\\u0000", "text": "\\u0000", "tags": ["\\u0000"], "to": "\\u0000", "kind": "text"}',
    b'{"id": "x", "kind": "template", "name": "\'", "language": "\\u0000", "parameters": ["x"]}',
    b'{"id": "x", "kind": "media", "upload": "../../x\\u0000", "caption": "x"}',
    b'{"numbers": [-1, 0, 9223372036854775807, 99999999999999999999999]}',
    b'{"tags": ["' + b"x" * 30_000 + b'"]}',
    b'{"text": "' + b"x" * 200_000 + b'"}',
)


def parameters(app: FastAPI, path: str) -> set[str]:
    """Name the query parameters that a route declares."""
    found: set[str] = set()
    for context in _contexts(app.routes, ""):
        if context[0] == path:
            found |= _declared(getattr(context[1], "dependant", None))
    return found


def guarded(app: FastAPI) -> list[Ruled]:
    """List the routes that need a role."""
    found = [route for route in routes(app) if route.rule in ROLES]
    assert len(found) > 5, "an application without routes proves nothing"
    return found


def filled(path: str, value: str) -> str:
    """Put a value into every parameter of a path."""
    told = httpx.QueryParams({"v": value})
    quoted = str(told).partition("=")[2].replace("+", "%20").replace("/", "%2F")
    head, *parts = path.split("{")
    return head + "".join(quoted + part.partition("}")[2] for part in parts)


def _contexts(found: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for context in iter_route_contexts(found):
        path = prefix + (context.path or "")
        below = getattr(getattr(context.route, "app", None), "routes", None)
        if below and getattr(context, "endpoint", None) is None:
            yield from _contexts(below, path)
        else:
            yield path, context


def _declared(dependant: Any) -> set[str]:
    if dependant is None:
        return set()
    found = {field.name for field in dependant.query_params}
    return found.union(*map(_declared, dependant.dependencies))
