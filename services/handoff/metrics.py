"""What handoff counts. Labels are bots, clocks, routes and steps: no stranger's words."""

from typing import Protocol

from prosa.contracts.identity import BotToken
from prosa.telemetry.metrics import Registry

_MINUTES = (5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)


class Counted(Protocol):
    """A step of a ticket, as far as it is counted."""

    @property
    def change(self) -> str:
        """A `TicketChange`."""
        ...

    @property
    def late_for(self) -> str:
        """The clock of a breach, else ""."""
        ...

    @property
    def waited_ms(self) -> int | None:
        """How long she waited for the first word, in the step that gave it."""
        ...


class HandoffMetrics:
    """All metrics of handoff, but those of its notifications."""

    def __init__(self, registry: Registry) -> None:
        bot = ("bot",)
        steps = registry.counter(
            "prosa_handoff_steps_total",
            "Changes of tickets by kind: `opened`, `claimed`, `first_reply`, `closed`, `rated`."
            " `escalated` rises when assignees do not answer.",
            labels=("bot", "change"),
        )
        self._steps = steps
        self.late = registry.counter(
            "prosa_handoff_late_total",
            "Promises to customers that were not kept, by clock. Too few agents, or a team that"
            " nobody looks after.",
            labels=("bot", "clock"),
            runbook="tickets-wait",
        )
        self.queue = registry.gauge(
            "prosa_handoff_queue",
            "Tickets that nobody has claimed.",
            labels=bot,
            runbook="tickets-wait",
        )
        self.open = registry.gauge("prosa_handoff_open", "Tickets that an agent has.", labels=bot)
        self.waiting_seconds = registry.gauge(
            "prosa_handoff_waiting_seconds",
            "How long the customer who has waited longest waits for a person's word, closed hours"
            " included; 0 when nobody waits.",
            labels=bot,
            runbook="tickets-wait",
        )
        self.outbox = registry.gauge(
            "prosa_handoff_outbox",
            "Facts and replies that are stored and not yet on the streams. More than a few for"
            " more than a minute: NATS is away or refuses one of them.",
            labels=bot,
            runbook="handoff-outbox",
        )
        self.published = registry.counter(
            "prosa_handoff_published_total",
            "What the outbox has brought to the streams.",
            labels=bot,
        )
        self.first_reply_seconds = registry.histogram(
            "prosa_handoff_first_reply_seconds",
            "From the opening of a ticket to the first word of a person that left, closed hours"
            " included.",
            labels=bot,
            buckets=_MINUTES,
        )
        self.request_seconds = registry.histogram(
            "prosa_handoff_request_seconds",
            "Answers of the inbox' API by route. Lists should stay below 0.1 s.",
            labels=("route",),
            runbook="inbox-slow",
        )
        self.pages = registry.gauge(
            "prosa_handoff_pages", "Inboxes that are open and get live updates.", labels=bot
        )

    def step(self, bot: BotToken, step: Counted) -> None:
        """Count one step of a ticket."""
        self._steps.labels(bot, step.change).inc()
        if step.late_for:
            self.late.labels(bot, step.late_for).inc()
        if step.waited_ms is not None:
            self.first_reply_seconds.labels(bot).observe(step.waited_ms / 1000)
