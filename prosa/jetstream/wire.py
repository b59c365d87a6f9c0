"""nats-py's connection with what a busy service needs: joined writes, raw deliveries.

nats-py brings reconnect, TLS and authentication. What it costs a message is replaced here: its
parser (a chain of regular expressions and a coroutine a message) and its flusher (a queue and a
task switch a publish). Measured: 86 µs of client CPU a publish become 18 (docs/performance.md).

It leans on private members of nats-py 2.16 (`_ps`, `_process_msg`, `_transport`, `_sid`, `_subs`);
the version is pinned to the minor, and tests/integration/jetstream/test_wire.py covers each of
them.
"""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.protocol.parser import AWAITING_CONTROL_LINE, AWAITING_MSG_PAYLOAD, Parser

RawHandler = Callable[[bytes, bytes, bytes, bytes], None]
"""Called with subject, reply, headers (`NATS/1.0…` or empty) and payload, within the read loop."""

_MSG = ord("M")
_HMSG = ord("H")
_FRAMES = frozenset({_MSG, _HMSG})


class WireClient(Client):
    """A connection that delivers some subscriptions raw, and joins a loop turn's writes."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = FrameParser(self)
        self._raw: dict[int, RawHandler] = {}
        self._frames: list[bytes] = []

    async def subscribe_raw(self, subject: str, handler: RawHandler) -> None:
        """Deliver a subject's messages to `handler`, over reconnects too."""
        subscription = await self.subscribe(subject, cb=_never_called)
        self._raw[subscription._id] = handler  # noqa: SLF001 - the id is public in no release
        await self.flush()  # our own writes overtake nats-py's flusher: a pull would find no inbox

    def write(self, frame: bytes) -> None:
        """Send a frame in one write with this loop turn's others; lost when not connected."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self._write_joined)
        self._frames.append(frame)

    def _write_joined(self) -> None:
        frames, self._frames = self._frames, []
        if self.is_connected and self._transport is not None:
            self._transport.write(b"".join(frames))

    def deliver(
        self, sid: int, subject: bytes, reply: bytes, headers: bytes, payload: bytes
    ) -> bool:
        """Hand a message to its raw handler; False when the subscription has none."""
        handler = self._raw.get(sid)
        if handler is None:
            return False
        handler(subject, reply, headers, payload)
        return True


async def _never_called(message: Msg) -> None:  # a callback subscription starts no iterator
    raise AssertionError(f"{message.subject} was not delivered raw")


class FrameParser(Parser):
    """Reads MSG and HMSG by hand and delivers them at once; leaves every other line to nats-py.

    A frame that is not whole yet stays in `buf`, as nats-py's own parser has it.
    """

    nc: WireClient

    async def parse(self, data: bytes = b"") -> None:
        """Take what was read from the socket."""
        if self.state == AWAITING_MSG_PAYLOAD:  # nats-py's parser began this one
            await super().parse(data)
            return
        buffer = bytes(self.buf) + data if self.buf else data
        at = await self._deliver_whole_frames(buffer)
        self.buf = bytearray(buffer[at:])
        if self.buf and self.buf[0] not in _FRAMES:
            await super().parse()

    async def _deliver_whole_frames(self, buffer: bytes) -> int:
        """Deliver frames from the start of `buffer`; returns where the first other byte stands."""
        at, end_of_buffer = 0, len(buffer)
        while at < end_of_buffer:
            kind = buffer[at]
            if kind not in _FRAMES:
                line_end = buffer.find(b"\r\n", at)
                if line_end < 0:
                    break
                self.buf = bytearray(buffer[at : line_end + 2])
                self.state = AWAITING_CONTROL_LINE
                await super().parse()
                self.buf.clear()
                at = line_end + 2
                continue
            line_end = buffer.find(b"\r\n", at)
            if line_end < 0:
                break
            fields = buffer[at:line_end].split()
            start = line_end + 2
            end = start + int(fields[-1])
            if end + 2 > end_of_buffer:
                break
            if kind == _HMSG:
                split = start + int(fields[-2])
                reply = fields[3] if len(fields) == 6 else b""  # noqa: PLR2004 - HMSG with a reply
            else:
                split = start
                reply = fields[3] if len(fields) == 5 else b""  # noqa: PLR2004 - MSG with a reply
            sid, headers, payload = int(fields[2]), buffer[start:split], buffer[split:end]
            if not self.nc.deliver(sid, fields[1], reply, headers, payload):
                await self.nc._process_msg(sid, fields[1], reply, payload, headers)  # noqa: SLF001
            at = end + 2
        return at


def header(headers: bytes, name: bytes) -> str:
    """Give one header's value, empty when absent. `name` as the server writes it, without colon."""
    start = headers.find(b"\r\n" + name + b": ")
    if start < 0:
        return ""
    start += len(name) + 4
    return headers[start : headers.index(b"\r\n", start)].decode("utf-8", "replace")


def status(headers: bytes) -> int:
    """Give the inline status of a headers block (`NATS/1.0 404 …`), 0 when it has none."""
    code = headers[9:12]
    return int(code) if headers[8:9] == b" " and code.isdigit() else 0


def read_headers(headers: bytes) -> dict[str, str]:
    """Read a headers block; names keep their case."""
    found: dict[str, str] = {}
    for line in headers.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            found[name.decode("utf-8", "replace")] = value.strip().decode("utf-8", "replace")
    return found


def headers_block(headers: dict[str, str]) -> bytes:
    """Write a headers block; line ends in values become spaces, so that none adds a header."""
    lines = b"".join(
        b"%b: %b\r\n"
        % (name.encode(), value.replace("\r", " ").replace("\n", " ").encode("utf-8", "replace"))
        for name, value in headers.items()
    )
    return b"NATS/1.0\r\n%b\r\n" % lines


def publish_frame(subject: str, reply: bytes, headers: bytes, payload: bytes) -> bytes:
    """Write a PUB, or an HPUB when there is a headers block."""
    if headers:
        sizes = len(headers), len(headers) + len(payload)
        return b"HPUB %b %b %d %d\r\n%b%b\r\n" % (subject.encode(), reply, *sizes, headers, payload)
    return b"PUB %b %b %d\r\n%b\r\n" % (subject.encode(), reply, len(payload), payload)
