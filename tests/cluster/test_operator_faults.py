"""The API server goes away and comes back: a leader ends rather than limp, and the next goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.support.eventually import eventually
from tests.support.kubectl import Kubectl
from tests.support.nats import nats_server
from tests.support.operator import a_dialogue, a_secret, a_shop, operator

OURS = "app.kubernetes.io/instance=shop,app.kubernetes.io/managed-by=prosa-operator"


class Gate:
    """A way to the API server that can be shut: what stands is cut, what comes is refused."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()

    def shut(self) -> None:
        self._open = False
        for writer in self._writers:
            writer.close()

    def reopen(self) -> None:
        self._open = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.close()
            return
        there_reader, there_writer = await asyncio.open_connection(*self._to)
        self._writers |= {writer, there_writer}
        await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        self._writers -= {writer, there_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # cut: that is what the gate is for
    finally:
        writer.close()


@asynccontextmanager
async def gated(kubectl: Kubectl, folder: Path) -> AsyncIterator[tuple[Kubectl, Gate]]:
    """Give the cluster behind a gate; the certificate holds for 127.0.0.1 as kind's does."""
    config = yaml.safe_load(kubectl.kubeconfig.read_text())
    server = urlsplit(config["clusters"][0]["cluster"]["server"])
    gate = Gate(server.hostname or "", server.port or 443)
    listening = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{port}"
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    async with listening:
        yield replace(kubectl, kubeconfig=file), gate
        gate.shut()


async def test_a_leader_that_loses_the_api_server_ends_and_the_next_goes_on(
    kubectl: Kubectl, tmp_path: Path
) -> None:
    async with (
        nats_server(tmp_path) as nats,
        gated(kubectl, tmp_path) as (behind, gate),
        operator(behind, "cut-off") as first,
    ):
        await eventually(first.leads, within=30)

        gate.shut()

        assert await asyncio.wait_for(first.exited(), timeout=60) == 1
        async with operator(kubectl, "next") as second:
            await eventually(second.leads, within=60)
            kubectl.apply(a_secret(), a_dialogue(), a_shop(nats.url))
            await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3, within=60)


async def test_a_cut_of_a_moment_is_survived(kubectl: Kubectl, tmp_path: Path) -> None:
    async with (
        nats_server(tmp_path) as nats,
        gated(kubectl, tmp_path) as (behind, gate),
        operator(behind) as process,
    ):
        await eventually(process.leads, within=30)

        gate.shut()
        gate.reopen()

        kubectl.apply(a_secret(), a_dialogue(), a_shop(nats.url))
        await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3, within=60)
        assert await process.leads()
