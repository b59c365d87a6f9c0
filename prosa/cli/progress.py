"""Shows how `prosa up` goes on, and of the children's logs what a person should see."""

from datetime import timedelta
from typing import Any, Self

import msgspec
from rich.panel import Panel
from rich.status import Status
from rich.table import Table
from rich.text import Text

from prosa.cli import screen
from prosa.cli.layout import Layout
from prosa.cli.running import Running

_COLOURS = ("cyan", "magenta", "green", "blue", "yellow", "bright_cyan")
_SHOWN_FIRST = ("timestamp", "level", "event", "service", "exception")
_SERIOUS = frozenset(("warning", "error", "critical"))


class Progress:
    """A quiet view: parts as they get ready, warnings and errors. `verbose` shows all logs."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._status = Status("", console=screen.ERR)
        self._under_way: list[str] = []
        self._names: list[str] = []

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def begins(self, what: str) -> None:
        """Show that a part is being started."""
        self._under_way.append(what)
        self._status.update(f"starting {', '.join(self._under_way)} …")

    def ready(self, what: str, seconds: float) -> None:
        """Show that a part is ready."""
        self._under_way.remove(what)
        screen.ERR.print(f"[green]✓[/] {what} [dim]{seconds:.1f} s[/]")
        self._status.update(f"starting {', '.join(self._under_way)} …" if self._under_way else "")

    def shows(self, text: Text) -> None:
        """Show a line that stays."""
        screen.ERR.print(text)

    def all_ready(self) -> None:
        """Stop turning: what comes now are the logs."""
        self._status.stop()

    def warns(self, message: str) -> None:
        """Show what works less than it could."""
        screen.ERR.print(Text.assemble(("! ", "yellow"), message))

    def took_over(self) -> None:
        """Show that changed files were taken over."""
        screen.success("changed files taken over")

    def started(self, name: str, pid: int) -> None:
        """Take note of a child."""
        del pid
        if name not in self._names:
            self._names.append(name)

    def died(self, name: str, code: int, again_in: timedelta) -> None:
        """Show that a child died."""
        how = f"signal {-code}" if code < 0 else f"code {code}"
        self.warns(f"{name} ended with {how}; again in {again_in.total_seconds():g} s")

    def line(self, name: str, line: str) -> None:
        """Show a line of a child's log, if it matters or everything was asked for."""
        level, text = readable(line)
        if self._verbose or level in _SERIOUS:
            colour = _COLOURS[self._names.index(name) % len(_COLOURS)]
            style = {"warning": "yellow", "error": "red", "critical": "red"}.get(level, "")
            screen.ERR.print(Text.assemble((f"{name:<12} ", colour), (text, style)))


class Plain:
    """A view for programs: every line of every child as it is, with its name before it."""

    def begins(self, what: str) -> None:
        """Say that a part is being started."""
        self.line("up", f"starting {what}")

    def ready(self, what: str, seconds: float) -> None:
        """Say that a part is ready."""
        self.line("up", f"{what} is ready after {seconds:.1f} s")

    def warns(self, message: str) -> None:
        """Say what works less than it could."""
        self.line("up", f"warning: {message}")

    def took_over(self) -> None:
        """Say that changed files were taken over."""
        self.line("up", "changed files taken over")

    def started(self, name: str, pid: int) -> None:
        """Say that a child was started."""
        self.line("up", f"{name} is process {pid}")

    def died(self, name: str, code: int, again_in: timedelta) -> None:
        """Say that a child died."""
        self.line("up", f"{name} ended with {code}; again in {again_in.total_seconds():g} s")

    def line(self, name: str, line: str) -> None:
        """Pass a line on."""
        screen.ERR.print(f"{name} | {line}", markup=False)


def readable(line: str) -> tuple[str, str]:
    """Take a log line apart: its level, and a text for people."""
    try:
        fields: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError:
        return _level(line), line
    rest = " ".join(f"{k}={v}" for k, v in fields.items() if k not in _SHOWN_FIRST)
    text = f"{fields.get('event', '')} {rest}".strip()
    if exception := fields.get("exception"):
        text = f"{text}\n{exception}"
    return str(fields.get("level", "info")), text


def _level(line: str) -> str:
    """Judge a line of nats-server, PostgreSQL or the simulator by the word that it uses."""
    for word, level in (
        *(("[FTL]", "error"), ("[ERR]", "error"), ("FATAL:", "error"), ("PANIC:", "error")),
        *(("ERROR ", "error"), ("Traceback", "error"), ("WARNING ", "warning")),
    ):
        if word in line:
            return level
    return "info"


def phone(running: Running, bots: tuple[str, ...]) -> Text:
    """Say that customers are answered from now on."""
    who = f"{', '.join(bots)} {'answer' if len(bots) > 1 else 'answers'}"
    return Text.assemble((f"{who} ", "bold"), (running.phone or "", "bold cyan"))


def panel(running: Running, bots: tuple[str, ...], where: Layout) -> Panel:
    """Say where to go now."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="bold")
    rows.add_column()
    for name, page in (
        ("Phone", running.phone),
        ("Inbox", running.inbox),
        ("Console", running.console),
    ):
        if page:
            rows.add_row(name, f"[link={page}][bold cyan]{page}[/][/link]")
    if running.inbox:
        rows.add_row("Sign in", f"admin, with the password in {where.admin_password}")
    for name, value in (
        ("Webhook", running.webhook),
        ("NATS", running.nats),
        ("PostgreSQL", running.postgres),
        ("E-mails", str(where.mail) if running.inbox else None),
        ("Logs", str(where.logs)),
    ):
        if value:
            rows.add_row(name, Text(value, style="dim", overflow="fold"))
    title = f"[bold]{', '.join(bots)}[/] {'are' if len(bots) > 1 else 'is'} listening"
    hint = "Open the phone and write. Ctrl-C stops everything." if running.phone else ""
    return Panel(rows, title=title, subtitle=hint or None, border_style="green", expand=False)
