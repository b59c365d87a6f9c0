"""`prosa campaign`: who would get what and why others do not; run, pause, resume, report.

The work is done by the job itself (`python -m services.campaigns`), as a cluster runs it; here it
is started and its answers, a JSON document a line, are shown.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from prosa.campaigns.rules import sentence
from prosa.cli import programs, running, screen
from prosa.cli.app import new
from prosa.cli.layout import Layout
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, choose
from prosa.cli.running import DATA
from prosa.errors import ConfigError

app = new("Write to customers unasked: look who would get it, run, pause, report.")

Name = Annotated[str, typer.Argument(help="The campaign's name, as `prosa campaign list` shows.")]
Database = Annotated[
    Path | None,
    typer.Option(help="File with PostgreSQL's URL, for --nats; else PROSA_DATABASE names it."),
]
Chatbots = Annotated[
    Path | None,
    typer.Option(help="Folder of the Chatbots, for --nats; else PROSA_CHATBOTS names it."),
]

_SHOWN = 20
_COLUMNS = (
    *("contact", "name", "phone", "gets", "reason", "detail", "message", "occasion"),
    *("covers", "leaves_at", "time_zone"),
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@app.command()
def preview(
    name: Name,
    limit: Annotated[
        int, typer.Option(min=0, help="Contacts shown of either kind; 0: all.")
    ] = _SHOWN,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="Also list the contacts that are left out.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all contacts as CSV.")] = False,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Show who would get a campaign's message now, and why the others would not."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    whole = as_csv or as_json
    said = job.says("preview", name, "--limit", str(0 if whole else limit))
    if as_csv:
        _write_csv(said)
        return
    contacts: list[dict[str, Any]] = []
    summary: dict[str, Any] = {}
    for document in said:
        if "contact" in document:
            contacts.append(document["contact"])
        else:
            summary = document["summary"]
    if as_json:
        screen.result({**summary, "contacts": contacts})
        return
    _show_preview(summary, contacts, left_out=left_out)


@app.command()
def run(
    name: Name,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Run a campaign now: queue its messages to whom it concerns, each once."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    (outcome,) = job.says("run", name, "--json")
    if as_json:
        screen.result(outcome)
        return
    if stopped := outcome.get("stopped"):
        screen.ERR.print(f"{name} was stopped: {stopped.replace('_', ' ')}", markup=False)
    queued = outcome["queued"] + outcome["again"]
    if outcome["run"]:
        screen.success(f"{queued:,} queued of {outcome['considered']:,} contacts")
    if outcome["skipped"]:
        screen.OUT.print(_reasons(outcome["skipped"]))


@app.command()
def pause(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks next.")] = "",
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
) -> None:
    """Stop a campaign now: runs do nothing, and what is queued is dropped unsent."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    list(job.says("pause", name, "--by", getuser(), "--reason", reason))
    screen.success(f"{name} is paused; `prosa campaign resume {name}` takes it back")


@app.command()
def resume(
    name: Name,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
) -> None:
    """Let a paused campaign run again; what was dropped meanwhile is planned anew."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    (answer,) = job.says("resume", name)
    screen.success(f"{name} runs again" if answer["resumed"] else f"{name} was not paused")


@app.command()
def report(
    name: Name,
    days: Annotated[int, typer.Option(min=1, help="Of so many days.")] = 30,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Show what became of a campaign's messages, and what Meta charges for them."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    (found,) = job.says("report", name, "--days", str(days))
    if as_json:
        screen.result(found)
        return
    _show_report(found)


@app.command(name="list")
def list_(
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    chatbots: Chatbots = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """List a bot's campaigns: what makes them write, whether they are paused, the last run."""
    job = _job(data, nats, credentials, database, chatbots, bot)
    found = list(job.says("list"))
    if as_json:
        screen.result(found)
        return
    table = _table("campaign", "writes when", "schedule", "template", "state", "last run", "queued")
    for each in found:
        last = each["last_run"] or {}
        table.add_row(
            each["campaign"],
            each["trigger"],
            each["schedule"],
            each["template"],
            _state(each),
            _minute(last.get("started_at", "")),
            f"{last['queued']:,}" if last else "",
        )
    screen.OUT.print(table if found else "no campaigns")


# --- the job --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    """How the job is started for one bot."""

    bot: str | None
    environment: dict[str, str]

    def says(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """Run the job and give its documents as they come. Raises typer.Exit when it fails."""
        which = ("--bot", self.bot) if self.bot else ()
        job = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "services.campaigns", *arguments, *which],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        with job:
            assert job.stdout is not None  # noqa: S101 - PIPE was asked for
            for line in job.stdout:
                yield msgspec.json.decode(line)
        if job.returncode:
            raise typer.Exit(job.returncode)  # it has said why


def _job(
    data: Path,
    nats: str | None,
    credentials: Path | None,
    database: Path | None,
    chatbots: Path | None,
    bot: str | None,
) -> _Job:
    """Find out how to reach what the job needs: what `prosa up` runs, or what was said."""
    layout = Layout(data)
    found = running.find(data, nats, credentials)
    environment = programs.environment() | {
        "PROSA_NATS_URL": found.nats.url,
        "PROSA_LOG_FORMAT": "pretty",
        "PROSA_LOG_LEVEL": "warning",
    }
    if nats is None:
        own = credentials or layout.credentials("campaigns")
        where = {
            "PROSA_CHATBOTS": str(chatbots or layout.chatbots),
            "PROSA_DATABASE": str(database or layout.postgres_url),
        }
        return _Job(
            choose(found.bots, bot), environment | where | {"PROSA_NATS_CREDENTIALS": str(own)}
        )
    said = {
        "PROSA_NATS_CREDENTIALS": credentials,
        "PROSA_CHATBOTS": chatbots,
        "PROSA_DATABASE": database,
    }
    environment |= {name: str(path) for name, path in said.items() if path is not None}
    for name, option in (("PROSA_CHATBOTS", "--chatbots"), ("PROSA_DATABASE", "--database")):
        if name not in os.environ and name not in environment:
            raise ConfigError(f"with --nats, say {option} too, or set {name}")
    return _Job(bot, environment)


# --- what is shown --------------------------------------------------------------------------------


def _show_preview(
    summary: dict[str, Any], contacts: list[dict[str, Any]], *, left_out: bool
) -> None:
    getting = [each for each in contacts if each["gets"]]
    if getting:
        table = _table("contact", "name", "gets", "leaves")
        for each in getting:
            where = each["phone"] or each["contact"]
            when = _minute(each["leaves_at"]) or "now"
            table.add_row(where, Text(each["name"]), Text(each["message"]), when)
        screen.OUT.print(table)
    if (more := summary["gets"] - len(getting)) > 0:
        screen.OUT.print(f"… and {more:,} more")
    if summary["left_out"]:
        screen.OUT.print(_reasons(summary["left_out"]))
    if left_out:
        table = _table("contact", "name", "left out because", "")
        for each in contacts:
            if not each["gets"]:
                detail = f"{{{each['detail']}}}" if each["detail"] else ""
                where = each["phone"] or each["contact"]
                table.add_row(where, Text(each["name"]), each["reason"], Text(detail))
        screen.OUT.print(table)
    screen.success(
        f"{summary['gets']:,} of {summary['considered']:,} contacts would get"
        f" {summary['campaign']} now"
    )
    if summary["paused"] or summary["suspended"]:
        screen.ERR.print(f"but it is {_state(summary)}", markup=False)


def _show_report(found: dict[str, Any]) -> None:
    grid = Table.grid(padding=(0, 3))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(justify="right", style="dim")
    for label, key in (
        ("planned", "planned"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("replied within 72 h", "replied"),
        ("opted out", "opted_out"),
    ):
        part = f"{found[key] / found['sent']:.1%}" if found["sent"] and key != "planned" else ""
        grid.add_row(label, f"{found[key]:,}", part)
    cost = found["cost"]
    for category, amount in cost["by_category"].items():
        messages = f"{cost['messages'][category]:,} × {category}"
        grid.add_row(f"cost, {messages}", f"{cost['currency']} {amount:,.2f}", "")
    screen.OUT.print(grid)
    if found["failed"]:
        screen.OUT.print(_reasons(found["failed"]))
    if cost["unpriced"]:
        which = ", ".join(cost["unpriced"])
        screen.ERR.print(
            f"no price is known for {which}: write spec.whatsapp.prices.perMessage", markup=False
        )
    if found["paused"]:
        screen.ERR.print(f"{found['campaign']} is {_state(found)}", markup=False)


def _reasons(counts: dict[str, int]) -> Table:
    table = _table("left out", "reason", "")
    table.columns[0].justify = "right"
    for reason, count in counts.items():
        table.add_row(f"{count:,}", reason, sentence(reason))
    return table


def _state(found: dict[str, Any]) -> str:
    if pause := found.get("paused"):
        why = pause.get("reason", "")
        told = sentence(why) if why.startswith("meta_") else why
        return f"paused by {pause['by']}" + (f": {told}" if told else "")
    return "suspended in the Chatbot" if found.get("suspended") else "on"


def _minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else ""


def _table(*titles: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for title in titles:
        table.add_column(title)
    return table


def _write_csv(said: Iterator[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, _COLUMNS, restval="")
    writer.writeheader()
    for document in said:
        if row := document.get("contact"):
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    """Keep a spreadsheet from running what a customer has called herself."""
    formula = isinstance(value, str) and value.lstrip(" ").startswith(_FORMULAS)
    return f"'{value}" if formula else value
