"""A component's life, as a real process."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


async def a_component(behaviour: str, **environment: str) -> asyncio.subprocess.Process:
    settings = {"PROSA_HEALTH_PORT": "0", "PROSA_LOG_FORMAT": "json"} | environment
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / "a_component.py"),
        behaviour,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[2])} | settings,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, list[dict[str, Any]]]:
    _, written = await process.communicate()
    return process.returncode, [json.loads(line) for line in written.splitlines()]


async def until_started(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while b'"started"' not in await process.stderr.readline():
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_parts_in_order_and_ends_well(number: signal.Signals) -> None:
    process = await a_component("works")
    await until_started(process)
    process.send_signal(number)
    code, lines = await ended(process)

    assert code == 0
    assert [(line["event"], line.get("part")) for line in lines] == [
        ("part_stopped", "web"),
        ("part_done", "web"),
        ("part_stopped", "consumer"),
        ("part_done", "consumer"),
        ("stopped", None),
    ]


async def test_a_part_that_crashes_ends_the_process_with_one_line() -> None:
    code, (_, crashed) = await ended(await a_component("crashes"))

    assert code == 1
    assert (crashed["event"], crashed["error"]) == ("crashed", "ValueError")
    assert crashed["problem"] == "the secret is [redacted]"
    assert "word-of-the-component" not in crashed["exception"]


async def test_a_part_that_ends_by_itself_is_an_error() -> None:
    code, (_, last) = await ended(await a_component("ends"))

    assert (code, last["problem"]) == (1, "part ended by itself")


async def test_work_beyond_the_grace_is_cut() -> None:
    process = await a_component("hangs", PROSA_GRACE="200ms")
    await until_started(process)
    process.terminate()
    code, lines = await ended(process)

    assert (code, lines[-1]["problem"]) == (1, "part was still at work after 0.2 s")


@pytest.mark.parametrize(
    ("behaviour", "grace", "problem"),
    [
        ("misconfigured", "1s", "PROSA_X: give another"),
        ("works", "soon", "PROSA_GRACE: 'soon' is no duration"),
    ],
)
async def test_a_wrong_configuration_is_one_line_without_a_traceback(
    behaviour: str, grace: str, problem: str
) -> None:
    code, (line,) = await ended(await a_component(behaviour, PROSA_GRACE=grace))

    assert code == 2
    assert line["event"] == "misconfigured"
    assert line["problem"].startswith(problem)
    assert "exception" not in line
