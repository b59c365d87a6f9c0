"""The attacks themselves: each goes to every route, and gives what it found wrong."""

from collections.abc import Iterable, Sequence
from itertools import product

import httpx
from fastapi import FastAPI

from prosa.signin.people import ROLES, Role, includes
from tests.support.hostile import BODIES, SAFE, VALUES, filled, guarded, parameters

ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
STREAMS = ("/events",)  # answers that do not end
_EVERY = 5


def without_streams(app: FastAPI) -> Iterable[tuple[str, str]]:
    """Give method and path of each guarded route that answers and is done."""
    for route in guarded(app):
        if not route.path.endswith(STREAMS):
            yield from ((method, route.path) for method in route.methods if method != "HEAD")


async def nobody(app: FastAPI, http: httpx.AsyncClient) -> list[str]:
    """Ask for everything without a session; gives the routes that answered otherwise than 401."""
    found = []
    for route in guarded(app):
        for method in route.methods:
            answer = await http.request(method, filled(route.path, "x"))
            if answer.status_code != 401:
                found.append(f"{answer.status_code} {method} {route.path}")
    return found


async def too_little(app: FastAPI, http: httpx.AsyncClient, role: Role) -> list[str]:
    """Ask as a role that is not enough; gives the routes that answered otherwise than 403."""
    found = []
    for route in guarded(app):
        needed = next(each for each in ROLES if each == route.rule)
        if includes(role, needed):
            continue
        for method in route.methods:
            answer = await http.request(method, filled(route.path, "x"))
            if answer.status_code != 403:
                found.append(f"{answer.status_code} {method} {route.path}")
    return found


async def from_another_site(app: FastAPI, http: httpx.AsyncClient) -> list[str]:
    """Write everywhere from another site; gives the routes that did not refuse."""
    found = []
    for method, path in without_streams(app):
        if method in SAFE:
            continue
        answer = await http.request(method, filled(path, "x"), headers=ELSEWHERE, json={})
        if answer.status_code != 403 or "another site" not in answer.text:
            found.append(f"{answer.status_code} {method} {path}")
    return found


async def hostile_values(
    app: FastAPI, http: httpx.AsyncClient, more: Sequence[str] = ()
) -> list[str]:
    """Read everything with hostile parameters, one at a time; gives the routes that broke.

    `more` are parameters that the routes do not declare. Each meets all values, but not at each
    route: their number would say nothing more and take minutes.
    """
    found = []
    for place, (method, path) in enumerate(without_streams(app)):
        if method not in SAFE:
            continue
        asked: list[tuple[str, dict[str, str]]] = [
            (filled(path, value), {}) for value in VALUES if "{" in path
        ]
        asked += [
            (filled(path, "x"), {name: value})
            for name, value in product(parameters(app, path), VALUES)
        ]
        asked += [
            (filled(path, "x"), {name: value})
            for number, (name, value) in enumerate(product(more, VALUES))
            if (number + place) % _EVERY == 0
        ]
        for address, query in asked:
            answer = await http.request(method, address, params=query)
            if answer.status_code >= 500 or "Traceback" in answer.text:
                found.append(f"{answer.status_code} {method} {address[:200]} {query}"[:400])
    return found


async def hostile_bodies(app: FastAPI, http: httpx.AsyncClient, part: str = "x") -> list[str]:
    """Write everywhere with hostile bodies; gives the routes that broke or took them."""
    found = []
    for method, path in without_streams(app):
        if method in SAFE:
            continue
        for body in BODIES:
            headers = {"Content-Type": "application/json"}
            answer = await http.request(method, filled(path, part), content=body, headers=headers)
            if answer.status_code >= 500 or "Traceback" in answer.text:
                found.append(f"{answer.status_code} {method} {path} {body[:60]!r}")
    return found
