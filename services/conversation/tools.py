"""Carries out the calls of a dialogue: its HTTP tools and searches in the catalogue.

Whatever goes wrong is an answer (`Failed`, with a word for the trace), because the dialogue has a
branch for it; a customer never waits for longer than the tool's time-out.
"""

import asyncio
from collections import OrderedDict
from typing import Any, assert_never

import aiohttp
import msgspec

from prosa.dialogue.language import CatalogueTool, HttpTool
from prosa.dialogue.turns import Answered, Call, CallResult, Failed
from services.conversation.catalogue import CatalogueInMemory

LARGEST_ANSWER = 256 * 1024
_CACHED = 1_000
_BAD_REQUEST = 400


class Tools:
    """The tools of one bot."""

    def __init__(self, http: aiohttp.ClientSession, catalogue: CatalogueInMemory) -> None:
        self._http = http
        self._catalogue = catalogue
        self._cache: OrderedDict[bytes, tuple[float, Answered]] = OrderedDict()

    async def call(self, call: Call) -> CallResult:
        """Run one call; never raises for what a tool does wrong."""
        match call.spec:
            case CatalogueTool():
                try:
                    return Answered(self._catalogue.search(call.arguments))
                except ValueError as error:
                    return Failed(f"bad_search: {error}")
            case HttpTool() as tool:
                return await self._cached(tool, call.arguments)
            case _:
                assert_never(call.spec)

    async def _cached(self, tool: HttpTool, request: dict[str, Any]) -> CallResult:
        if not tool.cache:
            return await self._request(tool, request)
        now = asyncio.get_running_loop().time()
        key = msgspec.json.encode((tool.name, request))
        known = self._cache.get(key)
        if known and known[0] > now:
            return known[1]
        result = await self._request(tool, request)
        if isinstance(result, Answered):
            self._cache[key] = (now + tool.cache.total_seconds(), result)
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return result

    async def _request(self, tool: HttpTool, request: dict[str, Any]) -> CallResult:
        timeout = aiohttp.ClientTimeout(total=tool.timeout.total_seconds())
        try:
            async with self._http.request(
                tool.method,
                request["url"],
                params=request.get("query"),
                json=request.get("json"),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                if response.status >= _BAD_REQUEST:
                    return Failed(f"http_{response.status}")
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        return Failed("too_large")
        except TimeoutError:
            return Failed("timeout")
        except (aiohttp.ClientError, ValueError) as error:
            return Failed(type(error).__name__)
        try:
            return Answered(msgspec.json.decode(body))
        except msgspec.MsgspecError:
            return Failed("no_json")
