"""Every stream, consumer and bucket of a Chatbot, each limit with its reason.

Pure data; `prosa.jetstream.provision` makes a server match it.
"""

from datetime import timedelta
from typing import Literal

import msgspec

from prosa.contracts import subjects
from prosa.contracts.identity import BotToken

ACK_WAIT = timedelta(seconds=5)
"""Another replica takes over after this; 2 s repeated work when CPU was starved (3 of 2,195)."""

MAX_ACK_PENDING = 20_000
"""More than the peak rate times the quiet time: a waiting wake-up is an unacknowledged one."""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as it should be."""

    name: str
    subjects: tuple[str, ...]
    retention: Literal["limits", "workqueue"]
    max_age: timedelta
    duplicate_window: timedelta
    replicas: int = 1
    description: str = ""
    starts_late: bool = False
    """Whether its sequences begin at the milliseconds of its making, as those of IN must: a stream
    deleted and made anew then lies above every cursor and outbound id of its former life."""


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """A durable pull consumer. No `backoff`: it makes nak(delay) wrong from the second delivery."""

    stream: str
    name: str
    filter_subjects: tuple[str, ...]
    ack_wait: timedelta = ACK_WAIT
    max_ack_pending: int = MAX_ACK_PENDING


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A key-value bucket with history 1."""

    name: str
    ttl: timedelta = timedelta(0)
    replicas: int = 1
    description: str = ""


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """What a Chatbot needs on its NATS server."""

    streams: tuple[Stream, ...]
    consumers: tuple[Consumer, ...]
    buckets: tuple[Bucket, ...]


def topology(
    bot: BotToken, *, replicas: int = 1, inbound_window: timedelta = timedelta(hours=2)
) -> Topology:
    """Declare the streams, consumers and buckets of one Chatbot.

    `inbound_window` costs about 260 bytes of server memory an id (measured): 2 h of 100 messages a
    second are 190 MB.
    """
    streams = (
        Stream(
            name=subjects.in_stream(bot),
            subjects=(subjects.inbound(bot, "*"),),
            retention="limits",
            max_age=timedelta(days=8),  # Meta repeats a webhook for 7 days
            duplicate_window=inbound_window,
            replicas=replicas,
            description="A customer's messages; the mailboxes that conversation drains.",
            starts_late=True,
        ),
        Stream(
            name=subjects.out_stream(bot),
            subjects=(subjects.outbound(bot, "*", "*"),),
            retention="workqueue",
            max_age=timedelta(0),  # a paused channel keeps its queue
            duplicate_window=timedelta(hours=1),  # best effort: forgets acked ids on restart
            replicas=replicas,
            description="What must be sent.",
        ),
        Stream(
            name=subjects.evt_stream(bot),
            subjects=(subjects.event(bot, "*", "*"),),
            retention="limits",
            max_age=timedelta(days=30),
            duplicate_window=timedelta(hours=1),
            replicas=replicas,
            description="Facts, past tense.",
        ),
        Stream(
            name=subjects.dlq_stream(bot),
            subjects=(subjects.dead_letter(bot, "*", "*"),),
            retention="limits",
            max_age=timedelta(days=30),
            duplicate_window=timedelta(hours=1),
            replicas=replicas,
            description="What could not be handled, until somebody replays or drops it.",
        ),
    )
    consumers = (
        Consumer(
            stream=subjects.in_stream(bot),
            name=subjects.CONVERSATION_CONSUMER,
            filter_subjects=(subjects.inbound(bot, "*"),),
        ),
        *(
            Consumer(
                stream=subjects.out_stream(bot),
                name=subjects.sender_consumer(priority),
                filter_subjects=(subjects.outbound(bot, priority, "*"),),
            )
            for priority in subjects.PRIORITIES
        ),
        Consumer(
            stream=subjects.evt_stream(bot),
            name=subjects.STATUS_CONSUMER,
            filter_subjects=(subjects.event(bot, "status", "*"),),
        ),
        Consumer(
            stream=subjects.evt_stream(bot),
            name=subjects.HANDOFF_CONSUMER,
            filter_subjects=tuple(
                subjects.event(bot, kind, "*") for kind in subjects.HANDOFF_KINDS
            ),
        ),
        Consumer(
            stream=subjects.in_stream(bot),
            name=subjects.HANDOFF_CONSUMER,
            filter_subjects=(subjects.inbound(bot, "*"),),
        ),
    )
    day = timedelta(days=1)
    buckets = tuple(
        Bucket(name=subjects.bucket(bot, name), ttl=ttl, replicas=replicas, description=description)
        for name, ttl, description in (
            ("contacts", timedelta(0), "Contact documents, written by conversation."),
            ("aliases", timedelta(0), "Phone or user id to contact key, written by ingress."),
            ("sends", 8 * day, "The sender's document of a contact."),
            (
                "rates",
                timedelta(0),
                "Send tokens and the channel's pause, shared by sender replicas.",
            ),
            (
                "initiated",
                day,
                "Contacts written to outside their window in 24 h: the messaging limit.",
            ),
            (
                "campaigns",
                timedelta(days=400),
                "Campaign messages that left, by contact and by hour; what is paused.",
            ),
            ("media", 29 * day, "Uploaded media ids by source; Meta keeps an upload for 30 days."),
            (
                "catalogue",
                timedelta(0),
                "Items by key, as the dialogue's catalogue tool searches them.",
            ),
            (
                "imports",
                timedelta(0),
                "What is known of the catalogue's imports: version, source, problem.",
            ),
        )
    )
    return Topology(streams=streams, consumers=consumers, buckets=buckets)


def unrouted(replicas: int = 1) -> Stream:
    """Declare the one stream that belongs to no Chatbot: webhooks for numbers nobody configured."""
    return Stream(
        name=subjects.UNROUTED_STREAM,
        subjects=(subjects.unrouted("*"),),
        retention="limits",
        max_age=timedelta(days=8),
        duplicate_window=timedelta(hours=2),
        replicas=replicas,
        description="Webhooks that no Chatbot claims, kept for replay.",
    )
