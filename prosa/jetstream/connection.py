"""A connection to JetStream: publish and await the PubAck, read stored messages, ask the API.

Publishes of one loop turn leave in one write, in the order they were made; any number of PubAcks
may be awaited at once. Nothing is buffered while the server is away: a publish fails with
Unavailable at once, and one whose PubAck never came fails after `REQUEST_TIMEOUT`, so that the
caller decides. It may have been stored all the same: whoever publishes again uses the same message
id.
"""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import nats.errors
import structlog
from pydantic import SecretStr

from prosa.contracts.permissions import Identity, inbox
from prosa.errors import ConfigError, ProsaError, Unavailable
from prosa.jetstream import wire
from prosa.settings import NatsSettings
from prosa.telemetry import logs

_T = TypeVar("_T")

log = structlog.get_logger(__name__)

REQUEST_TIMEOUT = timedelta(seconds=4)
"""A stream's leader change takes up to 6 s on three nodes: callers retry, same message id."""

FIRST_CONNECTION = timedelta(seconds=20)
"""How long a starting process waits for a server that is still starting itself."""

_SWEEP_SECONDS = 0.5
_WRONG_LAST_SEQUENCE = frozenset({10071, 10164})
_NOT_FOUND = 404
_NO_RESPONDERS = 503
_END_OF_BATCH = 204


class Conflict(ProsaError):
    """A compare-and-set lost: somebody wrote in between."""


class Refused(ProsaError):
    """The server will not do this, however often it is asked."""


class PubAck(msgspec.Struct, frozen=True):
    """The server's word that a message is stored, or was already (`duplicate`)."""

    sequence: int
    duplicate: bool


class Stored(msgspec.Struct, frozen=True):
    """A message as a stream holds it; `at_ms` is when it was stored."""

    subject: str
    sequence: int
    payload: bytes
    at_ms: int
    raw_headers: bytes = b""

    @property
    def headers(self) -> dict[str, str]:
        """Its headers, without those that a direct get adds."""
        return {
            name: value
            for name, value in wire.read_headers(self.raw_headers).items()
            if name not in _DIRECT_GET_HEADERS
        }


class StreamState(msgspec.Struct, frozen=True):
    """How full a stream is."""

    messages: int
    first_sequence: int
    last_sequence: int
    subjects: int


_DIRECT_GET_HEADERS = frozenset(
    {
        "Nats-Stream",
        "Nats-Subject",
        "Nats-Sequence",
        "Nats-Time-Stamp",
        "Nats-Num-Pending",
        "Nats-Last-Sequence",
        "Nats-UpTo-Sequence",
    }
)


class _ApiError(msgspec.Struct):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _AckReply(msgspec.Struct):
    seq: int = 0
    duplicate: bool = False
    error: _ApiError | None = None


_read_ack = msgspec.json.Decoder(_AckReply).decode

Reply = tuple[bytes, bytes, bytes]
"""Subject, headers block, payload."""


class _Batch:
    """Collects the replies to one batched direct get."""

    __slots__ = ("done", "replies")

    def __init__(self, done: asyncio.Future[list[Reply]]) -> None:
        self.done = done
        self.replies: list[Reply] = []


class JetStream:
    """One connection. Made by `connect`; safe to share by everything in one event loop."""

    def __init__(self, client: wire.WireClient, inbox_prefix: str, name: str) -> None:
        self._client = client
        self._inbox = f"{inbox_prefix}.{name}"
        self._reply_prefix = f"{self._inbox}.r.".encode()
        self._last_token = 0
        self._acks: dict[bytes, tuple[float, asyncio.Future[PubAck]]] = {}
        self._replies: dict[bytes, tuple[float, asyncio.Future[Reply]]] = {}
        self._batches: dict[bytes, tuple[float, _Batch]] = {}
        self._on_reconnect: list[Callable[[], None]] = []
        self.loop = asyncio.get_running_loop()

    # --- the connection ---------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the server is there now."""
        return self._client.is_connected

    @property
    def max_payload(self) -> int:
        """Bytes that the server takes in one message."""
        return int(self._client.max_payload)

    def on_reconnect(self, act: Callable[[], None]) -> None:
        """Call `act` after each reconnect: what was asked of the old connection is forgotten."""
        self._on_reconnect.append(act)

    @property
    def reply_prefix(self) -> str:
        """Where replies to this connection's requests arrive."""
        return self._reply_prefix.decode()

    async def subscribe_inbox(self, name: str, handler: wire.RawHandler) -> str:
        """Open an inbox below our own; returns the subject prefix under which replies arrive."""
        prefix = f"{self._inbox}.{name}"
        await self._client.subscribe_raw(f"{prefix}.*", handler)
        return prefix

    def write(self, subject: str, payload: bytes, reply: str = "") -> None:
        """Publish without a word back: acks and pulls, whose loss the server's clock mends."""
        self._client.write(wire.publish_frame(subject, reply.encode(), b"", payload))

    # --- publishing -------------------------------------------------------------------------------

    def publish_soon(
        self,
        subject: str,
        payload: bytes,
        *,
        message_id: str = "",
        headers: Mapping[str, str] | None = None,
        expect_last: int | None = None,
    ) -> asyncio.Future[PubAck]:
        """Publish with this loop turn's others; the future brings the PubAck.

        `expect_last` is the sequence that the subject's last message must have (0: none yet).
        The future raises Unavailable, Conflict or Refused.
        """
        done: asyncio.Future[PubAck] = self.loop.create_future()
        if not self._client.is_connected:
            done.set_exception(Unavailable("NATS is away"))
            return done
        if len(payload) > self._client.max_payload:
            done.set_exception(Refused(f"{len(payload)} bytes; NATS takes {self.max_payload}"))
            return done
        all_headers = dict(headers) if headers else {}
        if message_id:
            all_headers["Nats-Msg-Id"] = message_id
        if expect_last is not None:
            all_headers["Nats-Expected-Last-Subject-Sequence"] = str(expect_last)
        token = self._token()
        self._acks[token] = (self._deadline(), done)
        block = wire.headers_block(all_headers) if all_headers else b""
        self._client.write(wire.publish_frame(subject, self._reply_prefix + token, block, payload))
        return done

    async def publish(
        self,
        subject: str,
        payload: bytes,
        *,
        message_id: str = "",
        headers: Mapping[str, str] | None = None,
        expect_last: int | None = None,
    ) -> PubAck:
        """Publish and wait for the PubAck. Raises Unavailable, Conflict or Refused."""
        return await self.publish_soon(
            subject, payload, message_id=message_id, headers=headers, expect_last=expect_last
        )

    # --- reading ----------------------------------------------------------------------------------

    async def read(
        self, stream: str, subject: str, *, after: int = 0, limit: int = 1, leader: bool = False
    ) -> list[Stored]:
        """Read a subject's messages (wildcards allowed) above sequence `after`, oldest first.

        One batched direct get, which any replica of the stream answers: a follower that lags gives
        a prefix. `leader` asks the leader instead, one message at a time. Raises Unavailable or
        Refused.
        """
        if leader:
            return await self._read_from_leader(stream, subject, after, limit)
        query = {"seq": after + 1, "next_by_subj": subject}
        if limit == 1:
            reply = await self._request(f"$JS.API.DIRECT.GET.{stream}", msgspec.json.encode(query))
            return [] if wire.status(reply[1]) == _NOT_FOUND else [_stored(reply)]
        query["batch"] = limit
        done: asyncio.Future[list[Reply]] = self.loop.create_future()
        token = self._token()
        self._batches[token] = (self._deadline(), _Batch(done))
        self._ask(f"$JS.API.DIRECT.GET.{stream}", token, msgspec.json.encode(query), done)
        return [_stored(reply) for reply in await done]

    async def read_last(self, stream: str, subject: str) -> Stored | None:
        """Read a subject's newest message. Raises Unavailable or Refused."""
        reply = await self._request(f"$JS.API.DIRECT.GET.{stream}.{subject}", b"")
        return None if wire.status(reply[1]) == _NOT_FOUND else _stored(reply)

    async def stream_state(self, stream: str) -> StreamState:
        """Ask how full a stream is. Raises Unavailable or Refused (there is no such stream)."""
        state = (await self.api(f"STREAM.INFO.{stream}"))["state"]
        return StreamState(
            state["messages"], state["first_seq"], state["last_seq"], state.get("num_subjects", 0)
        )

    async def api(self, verb: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask JetStream's API (`$JS.API.<verb>`). Raises Unavailable, or Refused with its words."""
        payload = msgspec.json.encode(body) if body is not None else b""
        answer: dict[str, Any] = msgspec.json.decode(
            (await self._request(f"$JS.API.{verb}", payload))[2]
        )
        if error := answer.get("error"):
            raise Refused(f"{verb}: {error.get('description')} ({error.get('err_code')})")
        return answer

    async def _read_from_leader(
        self, stream: str, subject: str, after: int, limit: int
    ) -> list[Stored]:
        found: list[Stored] = []
        while len(found) < limit:
            query = {"seq": after + 1, "next_by_subj": subject}
            reply = await self._request(
                f"$JS.API.STREAM.MSG.GET.{stream}", msgspec.json.encode(query)
            )
            answer = msgspec.json.decode(reply[2])
            if error := answer.get("error"):
                if error.get("code") == _NOT_FOUND:
                    break
                raise Refused(f"{stream}: {error.get('description')}")
            message = answer["message"]
            after = message["seq"]
            found.append(
                Stored(
                    message["subject"],
                    after,
                    base64.b64decode(message.get("data", "")),
                    _milliseconds(message["time"]),
                    base64.b64decode(message.get("hdrs", "")),
                )
            )
        return found

    # --- requests and their replies ---------------------------------------------------------------

    async def _request(self, subject: str, payload: bytes) -> Reply:
        done: asyncio.Future[Reply] = self.loop.create_future()
        token = self._token()
        self._replies[token] = (self._deadline(), done)
        self._ask(subject, token, payload, done)
        return await done

    def _ask(self, subject: str, token: bytes, payload: bytes, done: asyncio.Future[Any]) -> None:
        if self._client.is_connected:
            frame = wire.publish_frame(subject, self._reply_prefix + token, b"", payload)
            self._client.write(frame)
        else:
            done.set_exception(Unavailable("NATS is away"))

    def _token(self) -> bytes:
        self._last_token += 1
        return b"%x" % self._last_token

    def _deadline(self) -> float:
        return self.loop.time() + REQUEST_TIMEOUT.total_seconds()

    def receive(self, subject: bytes, _reply: bytes, headers: bytes, payload: bytes) -> None:
        """Match a reply with its request; a reply that nobody waits for any more is dropped."""
        token = subject[len(self._reply_prefix) :]
        if entry := self._acks.pop(token, None):
            _settle_ack(entry[1], headers, payload)
        elif reply := self._replies.pop(token, None):
            _settle(reply[1], (subject, headers, payload), headers)
        elif batch := self._batches.get(token):
            code = wire.status(headers)
            if code == 0:
                batch[1].replies.append((subject, headers, payload))
                return
            del self._batches[token]
            _settle(batch[1].done, batch[1].replies, headers)

    def fail_all(self, reason: str) -> None:
        """Tell every waiting caller that its answer will not come."""
        everyone: list[asyncio.Future[Any]] = [
            *(done for _, done in self._acks.values()),
            *(done for _, done in self._replies.values()),
            *(batch.done for _, batch in self._batches.values()),
        ]
        for waiting in everyone:
            if not waiting.done():
                waiting.set_exception(Unavailable(reason))
        self._acks.clear()
        self._replies.clear()
        self._batches.clear()

    def reconnected(self) -> None:
        """Let those who depend on the old connection's state ask anew."""
        for act in self._on_reconnect:
            act()

    async def expire(self) -> None:
        """Fail requests whose time is up, for ever. One sweep serves all: no timer a request."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = self.loop.time()
            _expire(self._acks, now)
            _expire(self._replies, now)
            _expire(self._batches, now)


def _expire(waiting: dict[bytes, tuple[float, Any]], now: float) -> None:
    while waiting:  # oldest first, and all wait equally long
        token = next(iter(waiting))
        deadline, entry = waiting[token]
        if deadline > now:
            return
        del waiting[token]
        done = entry.done if isinstance(entry, _Batch) else entry
        if not done.done():
            done.set_exception(Unavailable("NATS did not answer in time"))


def _settle_ack(done: asyncio.Future[PubAck], headers: bytes, payload: bytes) -> None:
    if done.done():
        return
    if wire.status(headers) == _NO_RESPONDERS:
        done.set_exception(Unavailable("no stream takes this subject"))
        return
    reply = _read_ack(payload)
    if reply.error is None:
        done.set_result(PubAck(reply.seq, reply.duplicate))
    elif reply.error.err_code in _WRONG_LAST_SEQUENCE:
        done.set_exception(Conflict(reply.error.description))
    elif reply.error.code == _NO_RESPONDERS:
        done.set_exception(Unavailable(reply.error.description))
    else:
        done.set_exception(Refused(f"{reply.error.description} ({reply.error.err_code})"))


def _settle(done: asyncio.Future[_T], result: _T, headers: bytes) -> None:
    if done.done():
        return
    code = wire.status(headers)
    if code in (0, _NOT_FOUND, _END_OF_BATCH):
        done.set_result(result)
    elif code == _NO_RESPONDERS:
        done.set_exception(Unavailable("nobody answers for this stream"))
    else:
        description = headers[9:].split(b"\r\n", 1)[0].decode("utf-8", "replace")
        done.set_exception(Refused(description))


def _stored(reply: Reply) -> Stored:
    _, headers, payload = reply
    return Stored(
        wire.header(headers, b"Nats-Subject"),
        int(wire.header(headers, b"Nats-Sequence")),
        payload,
        _milliseconds(wire.header(headers, b"Nats-Time-Stamp")),
        headers,
    )


def _milliseconds(rfc3339: str) -> int:
    return int(datetime.fromisoformat(rfc3339[:19] + "+00:00").timestamp()) * 1000 + int(
        rfc3339[20:23].rstrip("Z").ljust(3, "0") if rfc3339[19:20] == "." else 0
    )


@asynccontextmanager
async def connect(settings: NatsSettings, identity: Identity) -> AsyncIterator[JetStream]:
    """Connect as one of the services, and stay connected: reconnects go on for ever.

    Raises ConfigError when nothing answers at first, or the credentials are refused.
    """
    client = wire.WireClient()
    prefix = inbox(identity)
    jetstream: JetStream | None = None

    async def on_error(error: Exception) -> None:
        # a refused subject shows up in the caller as a time-out only; the reason is told here
        log.warning("nats_error", error=str(error), kind=type(error).__name__)

    async def on_disconnected() -> None:
        if jetstream is not None and not client.is_closed:
            jetstream.fail_all("NATS went away")
            log.warning("nats_disconnected")

    async def on_reconnected() -> None:
        if jetstream is not None:
            jetstream.reconnected()
            log.info("nats_reconnected")

    options = {
        "error_cb": on_error,
        "disconnected_cb": on_disconnected,
        "reconnected_cb": on_reconnected,
        "inbox_prefix": prefix,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "connect_timeout": 5,
        "ping_interval": 20,
        "name": f"prosa-{identity}",
        **_login(settings),
    }
    try:
        await _first_connection(client, settings, options)
        jetstream = JetStream(client, prefix, client._nuid.next().decode())  # noqa: SLF001
        await client.subscribe_raw(f"{jetstream.reply_prefix}*", jetstream.receive)
        # no task group: it would wrap what the block raises
        sweep = jetstream.loop.create_task(jetstream.expire())
        try:
            yield jetstream
        finally:
            sweep.cancel()
    finally:
        if jetstream is not None:
            jetstream.fail_all("the connection is closed")
        await client.close()


async def _first_connection(
    client: wire.WireClient, settings: NatsSettings, options: dict[str, Any]
) -> None:
    deadline = FIRST_CONNECTION.total_seconds()
    try:
        async with asyncio.timeout(deadline):
            await client.connect(settings.url.split(","), **options)
    except (TimeoutError, OSError, nats.errors.NoServersError) as error:
        raise ConfigError(
            f"PROSA_NATS_URL: nothing answers at {settings.url} within {deadline:g} s;"
            " is NATS running, and are the credentials right?"
        ) from error
    except nats.errors.Error as error:
        raise ConfigError(f"PROSA_NATS_URL: {settings.url} refuses us: {error}") from error


def _login(settings: NatsSettings) -> dict[str, Any]:
    """Say who we are. Raises ConfigError when the credentials cannot be read."""
    login: dict[str, Any] = {}
    if settings.ca is not None:
        login["tls"] = ssl.create_default_context(cafile=settings.ca)
    if settings.credentials is None:
        return login
    if settings.credentials.is_file():
        return login | {"user_credentials": str(settings.credentials)}
    try:
        user, password = (
            (settings.credentials / name).read_text().strip() for name in ("user", "password")
        )
    except OSError as error:
        raise ConfigError(
            f"PROSA_NATS_CREDENTIALS: {settings.credentials} needs the files `user` and `password`"
        ) from error
    logs.redact(SecretStr(password))
    return login | {"user": user, "password": password}
