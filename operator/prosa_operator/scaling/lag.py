"""How deep a component's queues are: what waits and what is in hand, as the server counts it.

Asked over JetStream's API, which the consumer's leader answers: followers' numbers drift (kedacore/
keda#3860, #6042, #7322), and the monitoring endpoint tells whichever server is asked. What is not
known is an error with its reason, never zero: a missing consumer has no lag of 0 (keda#7657).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken
from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream, Refused
from prosa_operator.names import ComponentName
from prosa_operator.scaling.decide import Lag, LagError


@dataclass(frozen=True)
class Queue:
    """A durable consumer that a component works off."""

    stream: str
    consumer: str


def queues(bot: BotToken, component: ComponentName) -> tuple[Queue, ...]:
    """Name the consumers whose lags a component is scaled by; none: it has no queue.

    Their sum counts: any replica works off all of them.
    """
    match component:
        case "conversation":
            return (Queue(subjects.in_stream(bot), subjects.CONVERSATION_CONSUMER),)
        case "sender":
            stream = subjects.out_stream(bot)
            return tuple(
                Queue(stream, subjects.sender_consumer(priority))
                for priority in subjects.PRIORITIES
            )
        case _:
            return ()


async def read(jetstream: JetStream, of: Sequence[Queue]) -> Lag | LagError:
    """Ask for all lags at once. What goes wrong is an answer, not an exception."""
    try:
        answers = await asyncio.gather(
            *(jetstream.api(f"CONSUMER.INFO.{each.stream}.{each.consumer}") for each in of)
        )
    except (Unavailable, Refused) as error:
        return LagError(str(error))
    return judged(answers)


def judged(answers: Sequence[Mapping[str, Any]]) -> Lag | LagError:
    """Add up what the consumers' leaders say; pure."""
    messages = 0
    saturated = []
    for answer in answers:
        name = answer.get("name", "a consumer")
        pending, in_hand = answer.get("num_pending"), answer.get("num_ack_pending")
        if (
            not isinstance(pending, int)
            or not isinstance(in_hand, int)
            or min(pending, in_hand) < 0
        ):
            return LagError(
                f"{name}: NATS tells no depth ({pending!r} waiting, {in_hand!r} in hand)"
            )
        messages += pending + in_hand
        most = answer.get("config", {}).get("max_ack_pending", -1)
        if 0 < most <= in_hand:
            saturated.append(name)
    return Lag(messages, tuple(saturated))
