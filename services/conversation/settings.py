"""What conversation is told by its environment, beside what all components share."""

from datetime import timedelta

from prosa.settings import ComponentSettings, Span


class ConversationSettings(ComponentSettings):
    """Settings of conversation."""

    turns_in_flight: int = 256
    """Wake-ups in hand at once. More hides slow tools, at the price of memory."""

    contacts_in_memory: int = 5_000
    """Contact documents kept by bot, to save their reads: about 5 kB each."""

    refresh: Span = timedelta(seconds=3)
    """How often the dialogue's file and the catalogue are looked at for changes."""
