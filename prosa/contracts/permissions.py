"""What each service may publish and subscribe to on NATS: the least that it needs.

The tables follow what each was seen to need on nats-server 2.15. A refused publish shows up as a
bare time-out in the caller and its reason only in the connection's error callback, which
`prosa.jetstream` logs.
"""

from typing import Literal, get_args

import msgspec

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken
from prosa.contracts.topology import topology

Identity = Literal[
    "ingress", "conversation", "sender", "handoff", "campaigns", "analytics", "cli", "provision"
]
IDENTITIES: tuple[Identity, ...] = get_args(Identity)


class Permissions(msgspec.Struct, frozen=True):
    """Allowed subjects; everything else is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def inbox(identity: Identity) -> str:
    """Private inbox prefix: with a shared one, a service reads the replies of the others."""
    return f"_INBOX_{identity}"


def permissions(identity: Identity, bots: tuple[BotToken, ...]) -> Permissions:
    """Give a service's rights over the bots that it serves."""
    subscribe = (f"{inbox(identity)}.>",)
    if identity in ("cli", "provision"):
        everything = tuple(  # a `*` stands for a whole token only, so each bucket is named
            subject
            for bot in bots
            for subject in (
                f"prosa.{bot}.>",
                *(f"$KV.{bucket.name}.>" for bucket in topology(bot).buckets),
            )
        )
        return Permissions(("$JS.API.>", "prosa_unrouted.>", *everything), subscribe)
    rights = {
        "ingress": _ingress,
        "conversation": _conversation,
        "sender": _sender,
        "handoff": _handoff,
        "campaigns": _campaigns,
        "analytics": _analytics,
    }[identity]
    publish = tuple(subject for bot in bots for subject in rights(bot))
    shared = ("prosa_unrouted.>",) if identity == "ingress" else ()
    return Permissions((*shared, *publish), subscribe)


def _ingress(bot: BotToken) -> tuple[str, ...]:
    return (
        subjects.inbound(bot, "*"),
        *(
            subjects.event(bot, kind, "*")
            for kind in ("status", "preference", "echo", "reaction", "account", "unknown")
        ),
        *_reads_and_writes(bot, "aliases"),
    )


def _conversation(bot: BotToken) -> tuple[str, ...]:
    return (
        f"$JS.API.CONSUMER.MSG.NEXT.{subjects.in_stream(bot)}.{subjects.CONVERSATION_CONSUMER}",
        f"$JS.API.CONSUMER.INFO.{subjects.in_stream(bot)}.{subjects.CONVERSATION_CONSUMER}",
        f"$JS.API.DIRECT.GET.{subjects.in_stream(bot)}",
        f"$JS.API.STREAM.MSG.GET.{subjects.in_stream(bot)}",
        f"$JS.ACK.{subjects.in_stream(bot)}.>",
        subjects.outbound(bot, "*", "*"),
        subjects.event(bot, "*", "*"),
        subjects.dead_letter(bot, "conversation", "*"),
        *_reads_and_writes(bot, "contacts"),
        *_watches(bot, "catalogue"),
    )


def _sender(bot: BotToken) -> tuple[str, ...]:
    out, evt = subjects.out_stream(bot), subjects.evt_stream(bot)
    return (
        *(
            f"$JS.API.CONSUMER.{verb}.{stream}.{name}"
            for stream, name in (
                *((out, subjects.sender_consumer(priority)) for priority in subjects.PRIORITIES),
                (evt, subjects.STATUS_CONSUMER),
            )
            for verb in ("MSG.NEXT", "INFO")
        ),
        f"$JS.API.DIRECT.GET.{out}",
        f"$JS.API.STREAM.MSG.GET.{out}",
        f"$JS.API.DIRECT.GET.{evt}",
        f"$JS.API.STREAM.INFO.{subjects.in_stream(bot)}",
        f"$JS.ACK.{out}.>",
        f"$JS.ACK.{evt}.>",
        subjects.inbound(
            bot, "*"
        ),  # facts for the mailbox: a closed window, an unreachable contact
        subjects.outbound(bot, "*", "*"),  # a fallback in place of what Meta refused too late
        subjects.event(bot, "sent", "*"),
        subjects.event(bot, "failed", "*"),
        subjects.dead_letter(bot, "sender", "*"),
        *_reads(bot, "contacts"),
        *(
            right
            for name in ("sends", "rates", "initiated", "campaigns", "media")
            for right in _reads_and_writes(bot, name)
        ),
    )


def _handoff(bot: BotToken) -> tuple[str, ...]:
    inbound, evt = subjects.in_stream(bot), subjects.evt_stream(bot)
    return (
        *(
            right
            for stream in (inbound, evt)
            for right in _pulls(stream, subjects.HANDOFF_CONSUMER)
        ),
        *(right for stream in (inbound, evt) for right in _reads_stream(stream)),
        subjects.inbound(bot, "*"),  # claims and returns, ordered against the customer's words
        subjects.outbound(bot, "high", "*"),  # what agents write
        subjects.event(bot, "ticket", "*"),
        subjects.dead_letter(bot, "handoff", "*"),
        *_reads(bot, "contacts"),
    )


def _campaigns(bot: BotToken) -> tuple[str, ...]:
    return (
        *_reads_stream(subjects.evt_stream(bot)),
        subjects.outbound(bot, "low", "*"),
        f"$JS.API.CONSUMER.INFO.{subjects.out_stream(bot)}.{subjects.sender_consumer('low')}",
        subjects.event(bot, "campaign", "*"),
        subjects.event(bot, "catalogue", "*"),
        *_reads_and_writes(bot, "catalogue"),
        *_reads_and_writes(bot, "imports"),
        *_reads(bot, "campaigns"),
        f"$KV.{subjects.bucket(bot, 'campaigns')}.paused.>",  # the rest of it is the sender's
    )


def _analytics(bot: BotToken) -> tuple[str, ...]:
    """Read everything; change nothing but the dead letters, which the console brings back."""
    streams = (
        subjects.in_stream(bot),
        subjects.out_stream(bot),
        subjects.evt_stream(bot),
        subjects.dlq_stream(bot),
    )
    return (
        *(right for stream in streams for right in _reads_stream(stream)),
        *(f"$JS.API.CONSUMER.{verb}.{stream}" for stream in streams for verb in ("LIST", "NAMES")),
        *(f"$JS.API.CONSUMER.INFO.{stream}.*" for stream in streams),
        f"$JS.API.STREAM.MSG.DELETE.{subjects.dlq_stream(bot)}",
        subjects.inbound(bot, "*"),
        subjects.outbound(bot, "*", "*"),
        subjects.event(bot, "*", "*"),
        *_reads(bot, "contacts"),
        *_reads(bot, "imports"),
    )


def _pulls(stream: str, durable: str) -> tuple[str, ...]:
    return (
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
    )


def _reads_stream(stream: str) -> tuple[str, ...]:
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.STREAM.MSG.GET.{stream}",
    )


def _reads(bot: BotToken, name: str) -> tuple[str, ...]:
    bucket = subjects.bucket(bot, name)
    return (
        f"$JS.API.STREAM.INFO.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}",
        f"$JS.API.DIRECT.GET.KV_{bucket}.>",
        f"$JS.API.STREAM.MSG.GET.KV_{bucket}",
    )


def _reads_and_writes(bot: BotToken, name: str) -> tuple[str, ...]:
    return (*_reads(bot, name), f"$KV.{subjects.bucket(bot, name)}.>")


def _watches(bot: BotToken, name: str) -> tuple[str, ...]:
    bucket = subjects.bucket(bot, name)
    return (
        *_reads(bot, name),
        *(
            f"$JS.API.CONSUMER.{verb}.KV_{bucket}{rest}"
            for verb, rest in (("CREATE", ""), ("CREATE", ".>"), ("INFO", ".>"), ("DELETE", ".>"))
        ),
        "$JS.FC.>",
    )
