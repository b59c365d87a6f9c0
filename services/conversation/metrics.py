"""What conversation counts."""

from prosa.telemetry.metrics import Registry


class ConversationMetrics:
    """Labels are the bots' tokens and the dialogue's tools: no stranger makes one up."""

    def __init__(self, registry: Registry) -> None:
        bot = ("bot",)
        self.turns = registry.counter(
            "prosa_conversation_turns_total",
            "Turns decided. Stands still while lag rises?",
            labels=bot,
        )
        self.inbounds = registry.counter(
            "prosa_conversation_inbounds_total",
            "Messages and facts that turns took in.",
            labels=bot,
        )
        self.turn_seconds = registry.histogram(
            "prosa_conversation_turn_seconds",
            "Deciding one turn, tools included. Rises when a tool is slow.",
            labels=bot,
        )
        self.given_up = registry.counter(
            "prosa_conversation_given_up_total",
            "Messages parked as dead letters, their senders told. Any rise is a fault to look at.",
            labels=bot,
            runbook="dead-letters",
        )
        self.calls = registry.counter(
            "prosa_conversation_calls_total",
            "Calls of the dialogue's tools by outcome, Answered or Failed.",
            labels=("bot", "tool", "outcome"),
        )
        self.races = registry.gauge(
            "prosa_conversation_races",
            "Commits lost to another replica since start; a few are normal while replicas change.",
            labels=bot,
        )
        self.repeats = registry.gauge(
            "prosa_conversation_repeats",
            "Outboxes published again after a crash or a move between replicas, since start.",
            labels=bot,
        )
