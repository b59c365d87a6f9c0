"""`prosa dlq`: what could not be handled: look at it, bring it back, or let it go."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from prosa.cli import screen
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.errors import ConfigError
from prosa.jetstream.dead_letters import DeadLetters, Parked

app = typer.Typer(
    no_args_is_help=True, help="Look at dead letters, bring them back, or let them go."
)

_LISTED = 100

Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers, as `prosa dlq list` shows.")]
All = Annotated[bool, typer.Option("--all", help="All of them, or all that --reason names.")]
Reason = Annotated[str | None, typer.Option(help="Only those with this reason.")]
Service = Annotated[str, typer.Option(help="Only those of this service.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command(name="list")
def list_(
    reason: Reason = None,
    service: Service = "*",
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = _LISTED,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """List dead letters, oldest first, with the reason and where each came from."""

    async def work() -> None:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            found = await _matching(DeadLetters(jetstream, token), None, reason, service)
        if as_json:
            screen.result([_row(parked) for parked in found[:limit]])
            return
        screen.OUT.print(_table(found[:limit]) if found else "no dead letters")
        if len(found) > 1:
            counts = Counter(parked.letter.reason for parked in found).most_common()
            summary = ", ".join(f"{count} × {why}" for why, count in counts)
            screen.ERR.print(f"{len(found)} in all: {summary}", markup=False)

    run(work())


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="Its number, as `prosa dlq list` shows.")],
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Show one dead letter whole: this prints what the customer wrote."""

    async def work() -> Parked:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            return await DeadLetters(jetstream, token).get(number)

    parked = run(work())
    payload = _payload(parked.letter.payload)
    if as_json:
        screen.result(_row(parked) | {"headers": parked.letter.headers, "payload": payload})
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in _row(parked).items():
        grid.add_row(name, Text(str(value)))
    screen.OUT.print(grid)
    screen.OUT.print_json(data=payload)


@app.command()
def replay(
    numbers: Numbers = None,
    everything: All = False,
    reason: Reason = None,
    service: Service = "*",
    yes: Yes = False,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
) -> None:
    """Put dead letters back where they came from; each leaves the list as it goes."""

    async def work() -> None:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            letters = DeadLetters(jetstream, token)
            chosen = await _chosen(letters, numbers, everything, reason, service)
            if not _agreed("Replay", chosen, yes=yes):
                return
            for parked in _tracked(chosen, "replaying"):
                await letters.replay(parked.number)
            screen.success(f"replayed {len(chosen)}")

    run(work())


@app.command()
def drop(
    numbers: Numbers = None,
    everything: All = False,
    reason: Reason = None,
    service: Service = "*",
    yes: Yes = False,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
) -> None:
    """Delete dead letters for good."""

    async def work() -> None:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            letters = DeadLetters(jetstream, token)
            chosen = await _chosen(letters, numbers, everything, reason, service)
            if not _agreed("Delete for good", chosen, yes=yes):
                return
            for parked in _tracked(chosen, "dropping"):
                await letters.drop(parked.number)
            screen.success(f"dropped {len(chosen)}")

    run(work())


async def _chosen(
    letters: DeadLetters,
    numbers: list[int] | None,
    everything: bool,
    reason: str | None,
    service: str,
) -> list[Parked]:
    if bool(numbers) == (everything or reason is not None):
        raise ConfigError("say which: numbers from `prosa dlq list`, or --all, or --reason REASON")
    return await _matching(letters, numbers, reason, service)


async def _matching(
    letters: DeadLetters, numbers: list[int] | None, reason: str | None, service: str
) -> list[Parked]:
    if numbers:
        return [await letters.get(number) for number in dict.fromkeys(numbers)]
    return [
        parked
        async for parked in letters.walk(service=service)
        if reason is None or parked.letter.reason == reason
    ]


def _agreed(what: str, chosen: list[Parked], *, yes: bool) -> bool:
    if not chosen:
        screen.ERR.print("no dead letters")
        return False
    noun = "dead letter" if len(chosen) == 1 else "dead letters"
    return yes or typer.confirm(f"{what} {len(chosen)} {noun}?", abort=True, err=True)


def _tracked(chosen: list[Parked], what: str) -> Any:
    return track(chosen, description=what, console=screen.ERR, transient=True)


def _row(parked: Parked) -> dict[str, Any]:
    letter = parked.letter
    at = datetime.fromtimestamp(letter.at_ms / 1000, UTC).isoformat(timespec="seconds")
    return {
        "number": parked.number,
        "at": at,
        "service": letter.service,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "contact": letter.contact,
        "origin": f"{letter.origin_subject} ({letter.origin_stream} {letter.origin_sequence})",
        "id": letter.id,
    }


def _table(found: list[Parked]) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for title in ("number", "at", "service", "reason", "attempts", "contact", "detail"):
        table.add_column(title, justify="right" if title in ("number", "attempts") else "left")
    for parked in found:
        row = _row(parked)
        table.add_row(*(Text(str(row[str(column.header)])) for column in table.columns))
    return table


def _payload(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except msgspec.MsgspecError:
        return payload.decode("utf-8", "replace")
