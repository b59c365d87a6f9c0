"""The bots of a `prosa up`: written for the services, loaded into NATS, followed as they change."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import yaml

from prosa.catalogue import feeds, importing, reading
from prosa.catalogue.importing import Document, Outcome
from prosa.cli import bot_folders, layout, simulation
from prosa.cli.addresses import Addresses
from prosa.cli.layout import Layout
from prosa.cli.manifests import Bundle
from prosa.contracts.chatbot import Chatbot
from prosa.contracts.durations import duration
from prosa.contracts.identity import BotToken
from prosa.contracts.topology import topology, unrouted
from prosa.errors import ProsaError
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.settings import NatsSettings

_FOLLOW_SECONDS = 1.0


class Watcher(Protocol):
    """Who is told what becomes of changed files."""

    def warns(self, message: str) -> None:
        """Hear of something that works less than it could."""
        ...

    def took_over(self) -> None:
        """Hear that changed files were taken over."""
        ...


class Bots:
    """All bots of one stack. `read` gives them, again when a file has changed."""

    def __init__(
        self,
        read: Callable[[], tuple[Bundle, ...]],
        where: Layout,
        at: Addresses,
        *,
        graph_url: str | None,
        watcher: Watcher,
    ) -> None:
        self._read = read
        self._bundles = read()
        self._where = where
        self._at = at
        self._graph_url = graph_url
        self._watcher = watcher
        self._assets: Mapping[str, str] = {}

    @property
    def tokens(self) -> tuple[BotToken, ...]:
        """The bots' tokens."""
        return tuple(bundle.chatbot.token for bundle in self._bundles)

    @property
    def chatbots(self) -> tuple[Chatbot, ...]:
        """The bots as their manifests have them."""
        return tuple(bundle.chatbot for bundle in self._bundles)

    @property
    def assets(self) -> dict[str, Path]:
        """Folders of files that bots send, by token."""
        folders = {str(b.chatbot.token): b.folder / "assets" for b in self._bundles}
        return {token: folder for token, folder in folders.items() if folder.is_dir()}

    def write(self, assets: Mapping[str, str]) -> None:
        """Write the folders that services read; `assets` says where a bot's files are served."""
        self._assets = assets
        bot_folders.write(self._where.chatbots, map(self._resolved, self._bundles))

    def write_world(self) -> None:
        """Write the simulator's configuration."""
        world = simulation.world(self._bundles, self._at.webhook)
        text = yaml.safe_dump(world, allow_unicode=True)
        layout.write_secret(self._where.simulator_config, text)

    async def provision(self) -> None:
        """Make streams and buckets, and load the catalogues. Raises ConfigError, Unavailable."""
        async with self._connected() as jetstream:
            await provision_stream(jetstream, unrouted())
            for bundle in self._bundles:
                window = duration(bundle.chatbot.spec.messaging.inbound_window)
                await provision(jetstream, topology(bundle.chatbot.token, inbound_window=window))
                await self._load_catalogue(jetstream, bundle)

    async def follow(self) -> None:
        """Take over what a person changes and what feeds say, for ever."""
        async with asyncio.TaskGroup() as following:
            following.create_task(self._follow_files())
            for bundle in self._bundles:
                spec, token = bundle.chatbot.spec.catalogue, bundle.chatbot.token
                if spec is not None and spec.source.http is not None:
                    told = partial(self._told_of_feed, token)
                    following.create_task(feeds.follow(self._connected, token, spec, told))

    def _told_of_feed(self, bot: BotToken, outcome: Outcome | ProsaError) -> None:
        if isinstance(outcome, ProsaError):
            self._watcher.warns(f"{bot}: {outcome}")

    async def _follow_files(self) -> None:
        """Take over changed files as a mounted ConfigMap would."""
        seen = _stamps(self._bundles)
        while True:
            await asyncio.sleep(_FOLLOW_SECONDS)
            if (now := _stamps(self._bundles)) == seen:
                continue
            seen = now
            try:
                await self._take_over(self._read())
            except ProsaError as error:
                self._watcher.warns(f"not taken over: {error}")

    async def _take_over(self, bundles: tuple[Bundle, ...]) -> None:
        if [b.chatbot for b in bundles] != [b.chatbot for b in self._bundles]:
            self._watcher.warns("a Chatbot has changed; start `prosa up` anew to take it over")
            return
        before = {bundle.chatbot.token: bundle.catalogue for bundle in self._bundles}
        self._bundles = bundles
        self.write(self._assets)
        changed = [b for b in bundles if b.catalogue != before[b.chatbot.token]]
        if changed:
            async with self._connected() as jetstream:
                for bundle in changed:
                    await self._load_catalogue(jetstream, bundle)
        self._watcher.took_over()

    def _resolved(self, bundle: Bundle) -> Bundle:
        """Point a bot to this machine's servers."""
        chatbot = bot_folders.resolved(
            bundle.chatbot,
            nats_url=self._at.nats,
            graph_url=self._graph_url,
            assets_url=self._assets.get(bundle.chatbot.token),
        )
        return replace(bundle, chatbot=chatbot)

    async def _load_catalogue(self, jetstream: JetStream, bundle: Bundle) -> None:
        spec, source = bundle.chatbot.spec.catalogue, bundle.catalogue
        if spec is not None and source is not None:
            document = Document(source.name, source.text, reading.kind_of(source.name))
            await importing.import_document(jetstream, bundle.chatbot.token, spec, document)

    def _connected(self) -> AbstractAsyncContextManager[JetStream]:
        credentials = self._where.credentials("provision")
        return connect(NatsSettings(url=self._at.nats, credentials=credentials), "provision")


def _stamps(bundles: tuple[Bundle, ...]) -> dict[Path, int]:
    """Tell one state of the bots' folders from the next."""
    stamps = {}
    for folder in {bundle.folder for bundle in bundles}:
        for file in folder.iterdir():
            try:
                stamps[file] = file.stat().st_mtime_ns
            except OSError:  # gone in between, as an editor's draft is
                continue
    return stamps
