"""Waits for something to happen, but not for ever: for loops that look again and again."""

import asyncio


async def happened(event: asyncio.Event, within_seconds: float) -> bool:
    """Wait until an event is set; False when it was not within so many seconds."""
    try:
        async with asyncio.timeout(within_seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
