"""The only module that talks to the Kubernetes API: plain dicts in and out, over one session.

Objects are applied by the server (server-side apply, forced on what is ours), deleted under
preconditions, and never sent back whole after a read: what is newer than us is not lost. Kopf holds
the watches of children and Chatbots (handlers.py); the watch here is of metadata alone, for Secrets
and ConfigMaps, whose contents a watch should not carry around.

All methods raise `refusals.ApiError`. Nothing is retried here but a request whose token had just
been rotated: who calls knows what a delay costs.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp

from prosa_operator.access import Access
from prosa_operator.kinds import BY_NAME, CHATBOT, CHILDREN, EVENT, LEASE, Kind
from prosa_operator.names import MANAGER, SCALER
from prosa_operator.observed import Object
from prosa_operator.refusals import ApiError, ApiUnavailable, Conflict, NotFound, classified

TIMEOUT = timedelta(seconds=30)
WATCH = timedelta(seconds=240)
"""The server ends a watch after this; the next one goes on where it was."""

AT_ONCE = 16
"""Requests under way: a hundred Chatbots that start together do not storm the API server."""

_PAGE = 500
_NO_YAML = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")
"""Characters that YAML 1.2 wants escaped, and JSON does not ("Character set")."""

_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"
_METADATA = (
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;q=0.1"
)
_METADATA_EVENT = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class Cluster:
    """One API server."""

    def __init__(self, session: aiohttp.ClientSession, access: Access) -> None:
        self._session = session
        self._access = access
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.writes = 0
        self.reads = 0

    # --- objects ----------------------------------------------------------------------------------

    async def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """Read an object; None when there is none."""
        try:
            return await self._ask("GET", kind.path(namespace, name))
        except NotFound:
            return None

    async def all_of(
        self, kind: Kind, namespace: str = "", *, labels: Mapping[str, str] | None = None
    ) -> list[Object]:
        """Read all objects of a kind, of one namespace or of all."""
        query = {"limit": str(_PAGE)}
        if labels:
            query["labelSelector"] = ",".join(f"{key}={value}" for key, value in labels.items())
        found: list[Object] = []
        while True:
            page = await self._ask("GET", kind.path(namespace), query=query)
            found.extend(page["items"] or ())
            if not (token := page["metadata"].get("continue")):
                return found
            query["continue"] = token

    async def apply(self, desired: Object, *, manager: str = MANAGER) -> Object:
        """Make an object what it should be, by server-side apply; gives what is stored now."""
        kind = kind_of(desired)
        metadata = desired["metadata"]
        return await self._ask(
            "PATCH",
            kind.path(metadata["namespace"], metadata["name"]),
            query={"fieldManager": manager, "force": "true"},
            body=desired,
            content=_APPLY,
        )

    async def merge(
        self, kind: Kind, namespace: str, name: str, change: Object, *, subresource: str = ""
    ) -> Object:
        """Change fields of an object, or of a subresource such as `status`."""
        return await self._ask(
            "PATCH",
            kind.path(namespace, name, subresource),
            query={"fieldManager": MANAGER},
            body=change,
            content=_MERGE,
        )

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str) -> bool:
        """Delete this very object; False when it is gone already, or another of its name stands."""
        body = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "propagationPolicy": "Background",
            "preconditions": {"uid": uid},
        }
        try:
            await self._ask("DELETE", kind.path(namespace, name), body=body)
        except (NotFound, Conflict):
            return False
        return True

    # --- replicas ---------------------------------------------------------------------------------

    async def scale(self, kind: Kind, namespace: str, name: str, replicas: int) -> Object:
        """Set replicas through /scale, under the autoscaler's own manager; gives the Scale."""
        return await self._ask(
            "PATCH",
            kind.path(namespace, name, "scale"),
            query={"fieldManager": SCALER},
            body={"spec": {"replicas": replicas}},
            content=_MERGE,
        )

    async def read_scale(self, kind: Kind, namespace: str, name: str) -> Object:
        """Read /scale: replicas as asked for and as they run."""
        return await self._ask("GET", kind.path(namespace, name, "scale"))

    # --- Leases -----------------------------------------------------------------------------------

    async def read_lease(self, namespace: str, name: str) -> Object | None:
        """Read a Lease."""
        return await self.get(LEASE, namespace, name)

    async def write_lease(self, lease: Object) -> Object:
        """Create a Lease, or replace the one that was read. Raises Conflict when another did."""
        metadata = lease["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        query = {"fieldManager": MANAGER}
        if metadata.get("resourceVersion"):
            path = LEASE.path(namespace, name)
            return await self._ask("PUT", path, query=query, body=lease)
        return await self._ask("POST", LEASE.path(namespace), query=query, body=lease)

    # --- events -----------------------------------------------------------------------------------

    async def tell(self, event: Object) -> None:
        """Create an Event (events.k8s.io/v1)."""
        await self._ask("POST", EVENT.path(event["metadata"]["namespace"]), body=event)

    # --- what the server knows --------------------------------------------------------------------

    async def optional_kinds(self) -> frozenset[str]:
        """Give the names of the optional kinds that are installed."""
        optional = [kind for kind in CHILDREN if kind.optional]
        served: dict[str, set[str]] = {}
        for version in {kind.api_version for kind in optional}:
            try:
                answer = await self._ask("GET", f"/apis/{version}")
            except NotFound:
                continue
            served[version] = {resource["kind"] for resource in answer["resources"]}
        return frozenset(
            kind.name for kind in optional if kind.name in served.get(kind.api_version, ())
        )

    async def namespaces_watchable(self, namespaces: Sequence[str]) -> None:
        """Ask once whether Chatbots can be read there, so that wrong rights end the start."""
        for namespace in namespaces or ("",):
            await self._ask("GET", CHATBOT.path(namespace), query={"limit": "1"})

    # --- metadata ---------------------------------------------------------------------------------

    async def metadata(
        self, kind: Kind, namespace: str = ""
    ) -> AsyncIterator[list[Object] | Object]:
        """Tell the metadata of all objects of a kind as a list, then each change, until it breaks.

        A list comes first and whenever changes were missed; a change is `{type, object}`. Ends
        never by itself; raises ApiError when the server is away or takes the right back.
        """
        while True:
            items, version = await self._metadata_list(kind, namespace)
            yield items
            try:
                async for change in self._changes(kind, namespace, version):
                    yield change
            except NotFound:  # 410: too much has happened since `version`
                continue

    async def _metadata_list(self, kind: Kind, namespace: str) -> tuple[list[Object], str]:
        query = {"limit": str(_PAGE)}
        items: list[Object] = []
        while True:
            page = await self._ask("GET", kind.path(namespace), query=query, accept=_METADATA)
            items.extend(page["items"] or ())  # an empty list of metadata is null
            if not (token := page["metadata"].get("continue")):
                return items, page["metadata"]["resourceVersion"]
            query["continue"] = token

    async def _changes(self, kind: Kind, namespace: str, version: str) -> AsyncIterator[Object]:
        """Follow changes, one watch after the other; bookmarks keep the version young."""
        while True:
            async with self._watch(kind, namespace, version) as lines:
                async for line in lines:
                    change = json.loads(line)
                    if change["type"] == "ERROR":
                        code = int(change["object"].get("code", 500))
                        raise classified(code, f"watch {kind.plural}", change["object"])
                    version = change["object"]["metadata"]["resourceVersion"]
                    yield change

    @asynccontextmanager
    async def _watch(
        self, kind: Kind, namespace: str, version: str
    ) -> AsyncIterator[aiohttp.StreamReader]:
        seconds = WATCH.total_seconds()
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": f"{seconds:.0f}",
        }
        patience = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=seconds + 30)
        what = f"watch {kind.plural}"
        try:
            async with self._session.get(
                self._access.server + kind.path(namespace),
                params=query,
                headers=self._headers(_METADATA_EVENT),
                timeout=patience,
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    raise classified(answer.status, what, await _status(answer))
                yield answer.content
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ApiUnavailable(f"{what}: {type(error).__name__}") from error

    # --- requests ---------------------------------------------------------------------------------

    def _headers(self, accept: str = "application/json") -> dict[str, str]:
        headers = {"accept": accept}
        if token := self._access.bearer():
            headers["authorization"] = f"Bearer {token}"
        return headers

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Object | None = None,
        content: str = "application/json",
        accept: str = "application/json",
    ) -> Object:
        what = f"{method} {path}"
        if method == "GET":
            self.reads += 1
        else:
            self.writes += 1
        try:
            async with self._gate:
                for attempt in (1, 2):
                    headers = self._headers(accept)
                    if body is not None:
                        headers["content-type"] = content
                    async with self._session.request(
                        method,
                        self._access.server + path,
                        params=query,
                        data=_encoded(body) if body is not None else None,
                        headers=headers,
                    ) as answer:
                        if answer.status == HTTPStatus.UNAUTHORIZED and attempt == 1:
                            continue  # the token was rotated in between: it is read again
                        if answer.status >= HTTPStatus.BAD_REQUEST:
                            raise classified(
                                answer.status,
                                what,
                                await _status(answer),
                                retry_after=answer.headers.get("retry-after"),
                            )
                        given: Object = await answer.json()
                        return given
        except ApiError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise ApiUnavailable(f"{what}: {type(error).__name__}") from error
        raise AssertionError("unreachable: the second attempt returns or raises")


def _encoded(body: Object) -> bytes:
    """Write JSON that is YAML, too: an apply is read as YAML, which knows no surrogate pairs."""
    text = json.dumps(body, ensure_ascii=False)
    safe = _NO_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return safe.encode(errors="replace")


def kind_of(thing: Object) -> Kind:
    """Give an object's kind. Raises KeyError for one that the operator does not handle."""
    return BY_NAME[thing["kind"]]


async def _status(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    """Read a `Status` body; a proxy in between may answer with anything."""
    try:
        body = await answer.json(content_type=None)
    except (ValueError, aiohttp.ClientError):
        return {}
    return body if isinstance(body, dict) else {}


@asynccontextmanager
async def connected(access: Access) -> AsyncIterator[Cluster]:
    """Open a session at the API server, and close it."""
    connector = aiohttp.TCPConnector(ssl=access.tls(), limit=0)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT.total_seconds(), sock_connect=10)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Cluster(session, access)
