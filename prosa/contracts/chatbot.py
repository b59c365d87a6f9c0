"""The Chatbot: what a platform team writes, and what the services read as their configuration.

The CRD's schema is generated from these structs, so their names are camelCase outside and each
field's description is what `kubectl explain` prints. Unknown fields are refused here (a typo would
be silent); the smallest useful Chatbot stays under 25 lines, everything else has a default.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from prosa.contracts.components import Components, Exposure
from prosa.contracts.durations import Duration
from prosa.contracts.identity import BotToken, bot_token
from prosa.contracts.spec import KeyRef, Said, SecretRef, Spec, says

API_VERSION: Final = "prosa.dev/v1alpha1"
KIND: Final = "Chatbot"


class Limits(Spec, frozen=True):
    """What Meta allows this number (reference: WhatsApp "Throughput", "Messaging limits")."""

    messages_per_second: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            description="In and out together: 80; 1000 after Meta's upgrade; 20 on coexistence.",
        ),
    ] = 80
    per_contact: Annotated[Duration, says("Pace to one customer once the burst is used up.")] = "6s"
    per_contact_burst: Annotated[
        int, msgspec.Meta(ge=1, description="Messages to one customer that may leave at once.")
    ] = 45
    contacts_per_day: Annotated[
        int,
        msgspec.Meta(
            ge=0, description="Customers written to outside their window in 24 h; 0: no limit."
        ),
    ] = 2000


class Prices(Spec, frozen=True):
    """What Meta charges in this number's market, for reports of cost (Meta, "Pricing")."""

    currency: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code, such as BRL.")
    ] = "USD"
    per_message: Annotated[
        dict[str, float],
        says("By category: marketing, utility, service, authentication, … Free ones cost nothing."),
    ] = {}


class WhatsApp(Spec, frozen=True):
    """The business number at Meta."""

    phone_number_id: Annotated[Said, says("Meta's id of the number; webhooks are routed by it.")]
    business_account_id: Annotated[
        Said, says("The WhatsApp Business Account (WABA) of the number.")
    ]
    credentials_secret_ref: Annotated[
        SecretRef,
        says("Keys: access-token, app-secret (app-secret-previous while rotating), verify-token."),
    ]
    api_version: Annotated[
        str,
        msgspec.Meta(pattern=r"^v[0-9]+\.[0-9]+$", description="Version of the Graph API."),
    ] = "v23.0"
    graph_url: Annotated[str, says("The Graph API's address; a simulator's in tests.")] = (
        "https://graph.facebook.com"
    )
    limits: Annotated[Limits, says("What Meta allows this number.")] = Limits()
    prices: Annotated[Prices, says("What Meta charges, for reports.")] = Prices()
    read_receipts: Annotated[
        Literal["off", "read", "typing"], says("What she sees while the bot waits or thinks.")
    ] = "typing"
    media: Annotated[
        Literal["upload", "link"],
        says("Whether files are uploaded once and sent by id, or sent as links."),
    ] = "upload"


class Dialogue(Spec, frozen=True):
    """Where the dialogue stands: exactly one of both."""

    config_map_ref: Annotated[KeyRef | None, says("Key of a ConfigMap that holds it.")] = None
    inline: Annotated[str | None, says("The dialogue's YAML text.")] = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.config_map_ref is None) == (self.inline is None):
            raise ValueError("dialogue: give either configMapRef or inline")


class SessionSpec(Spec, frozen=True):
    """How a conversation breathes."""

    quiet_time: Annotated[Duration, says("How long she must be silent before the bot answers.")] = (
        "1500ms"
    )
    max_wait: Annotated[Duration, says("The longest that a burst can hold the answer back.")] = "8s"
    idle: Annotated[Duration, says("After this silence a conversation starts anew.")] = "24h"
    quote: Annotated[bool, says("Whether an answer quotes the message that it answers.")] = False


class Understanding(Spec, frozen=True):
    """What recognises intents."""

    provider: Annotated[
        Literal["embedded", "tfidf"],
        says("embedded: sentence encoder in the pod; tfidf: no model, less memory."),
    ] = "embedded"


class TemplateRef(Spec, frozen=True):
    """An approved template; `parameters` fill its body in order."""

    name: Annotated[Said, says("Its name at Meta.")]
    language: Annotated[Said, says("Its language at Meta, such as pt_BR.")]
    parameters: Annotated[
        tuple[str, ...],
        says(
            "Texts such as '{contact.name|first}', '{searched}', '{item.modelo}', '{price|brl}'."
            " A contact without one of the values is left out; '{x|or:y}' gives another instead."
        ),
    ] = ()


class CrmNotify(Spec, frozen=True):
    """A CRM that hears of handoffs: a signed webhook, or Chatwoot's own API."""

    webhook_secret_ref: Annotated[
        SecretRef,
        says(
            "Keys: url, signing-key; with kind chatwoot: url, account-id, inbox-id, access-token."
        ),
    ]
    kind: Annotated[
        Literal["webhook", "chatwoot"], says("A signed webhook of yours, or Chatwoot's API.")
    ] = "webhook"


class Notify(Spec, frozen=True):
    """Who is told of a handoff."""

    email: Annotated[tuple[str, ...], says("Addresses.")] = ()
    whatsapp: Annotated[
        tuple[str, ...], says("Numbers with their plus, such as +5519999990000.")
    ] = ()
    whatsapp_template: Annotated[
        TemplateRef | None,
        says("Sent to those numbers outside their window; parameters: name, reason, summary."),
    ] = None
    crm: Annotated[CrmNotify | None, says("The CRM.")] = None


class Team(Spec, frozen=True):
    """People who take conversations over."""

    name: Annotated[Said, says("What dialogues and agents call it.")]
    members: Annotated[
        tuple[str, ...], says("Account names or e-mails; empty: every agent belongs to it.")
    ] = ()
    skills: Annotated[
        tuple[str, ...], says("Handoff reasons, tags or slot values that are this team's matter.")
    ] = ()
    assignment: Annotated[
        Literal["manual", "round-robin", "least-loaded"],
        says("Who gets a new ticket: who claims it, or an available agent in turn or by load."),
    ] = "manual"
    capacity: Annotated[
        int, msgspec.Meta(ge=1, description="Open tickets that one agent is assigned at most.")
    ] = 20
    notify: Annotated[Notify, says("Who is told of a new ticket.")] = Notify()


class Resume(Spec, frozen=True):
    """When a conversation comes back to the bot by itself."""

    idle: Annotated[
        Duration, says("After this silence of the people, her next message goes to the bot.")
    ] = "12h"


class Sla(Spec, frozen=True):
    """Promises to the customer; the clocks stand still outside business hours."""

    first_reply: Annotated[Duration, says("Until an agent's first reply.")] = "15m"
    resolution: Annotated[Duration, says("Until the ticket is closed.")] = "8h"


class Escalation(Spec, frozen=True):
    """What happens when the assignee does not answer a waiting customer."""

    after: Annotated[Duration, says("Business time that the assignee has.")] = "10m"
    to: Annotated[str, says("A team's name; empty: back into the queue of the same team.")] = ""


class CannedReply(Spec, frozen=True):
    """A text that agents send often."""

    name: Annotated[Said, says("What an agent types after a slash to find it.")]
    text: Annotated[Said, says("May hold {name}, {agent} and {team}.")]


class Satisfaction(Spec, frozen=True):
    """The question asked when a person closes a conversation (CSAT)."""

    ask: Annotated[Said, says("Sent with a list of five answers, from best to worst.")]
    thanks: Annotated[str, says("Sent after her answer; empty: nothing.")] = ""


class Handoff(Spec, frozen=True):
    """People: teams, business hours in the bot's time zone, promises."""

    hours: Annotated[
        dict[str, Any],
        says(
            "Intervals by day or range of days, such as mon-fri: ['09:00-12:00', '13:00-18:00'];"
            " holidays: a list of dates."
        ),
    ] = {}
    teams: Annotated[tuple[Team, ...], says("Who takes conversations over.")] = ()
    resume: Annotated[Resume, says("When a conversation comes back to the bot by itself.")] = (
        Resume()
    )
    sla: Annotated[Sla, says("Promises to the customer.")] = Sla()
    escalation: Annotated[
        Escalation | None, says("When an assignee does not answer; empty: nothing happens.")
    ] = None
    canned_replies: Annotated[tuple[CannedReply, ...], says("Texts that agents send often.")] = ()
    satisfaction: Annotated[
        Satisfaction | None, says("The question at the end; empty: none is asked.")
    ] = None


class HttpSource(Spec, frozen=True):
    """A feed that is asked again and again."""

    url: Annotated[Said, says("Address of a CSV or JSON file.")]
    every: Annotated[Duration, says("How often it is asked.")] = "15m"


class CatalogueSource(Spec, frozen=True):
    """Where items come from: exactly one."""

    config_map_ref: Annotated[KeyRef | None, says("Key of a ConfigMap with CSV or JSON.")] = None
    http: Annotated[HttpSource | None, says("A feed.")] = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.config_map_ref is None) == (self.http is None):
            raise ValueError("catalogue.source: give either configMapRef or http")


class CatalogueField(Spec, frozen=True):
    """How a column is read and searched."""

    type: Annotated[
        Literal["text", "number", "money", "boolean", "image"], says("What its cells hold.")
    ] = "text"
    required: Annotated[bool, says("Whether an item without it is refused.")] = False


class CatalogueSpec(Spec, frozen=True):
    """Items that the dialogue searches: cars, rooms, dishes."""

    source: Annotated[CatalogueSource, says("Where items come from.")]
    key: Annotated[str, says("The field that names an item for good.")] = "id"
    price: Annotated[str, says("The field that price drops are measured on.")] = ""
    fields: Annotated[
        dict[str, CatalogueField], says("Columns by name; what is not named is text.")
    ] = {}


class Trigger(Spec, frozen=True):
    """What makes a campaign write to a contact: exactly one of inactive, catalogue, audience."""

    inactive: Annotated[
        Duration | None, says("She has been silent for so long, after talking to the bot.")
    ] = None
    catalogue: Annotated[
        Literal["added", "priceDrop"] | None,
        says("Something in the catalogue became new or cheaper."),
    ] = None
    audience: Annotated[
        str | None, says("A CEL condition over the contact, such as \"'vip' in contact.tags\".")
    ] = None
    match: Annotated[
        Literal["lastSearch", "seen", "seenOrSearch"] | None,
        says(
            "Whom an item concerns: her last search finds it (unless said, when added), she was"
            " shown it, or either (unless said, when cheaper)."
        ),
    ] = None
    within: Annotated[
        Duration | None,
        says(
            "How long the cause is one. Of catalogue: the age of a change, 3d unless said. Of"
            " inactive: the longest silence, 30d unless said; 0s: any."
        ),
    ] = None
    at_least: Annotated[
        str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?%$", description="Least fall of the price.")
    ] = "1%"
    occasion: Annotated[
        str,
        says("With audience: what makes it a new occasion; once, day, week or month."),
    ] = "once"

    def __post_init__(self) -> None:
        """Refuse none or several, and a match without a catalogue."""
        if sum(one is not None for one in (self.inactive, self.catalogue, self.audience)) != 1:
            raise ValueError("trigger: give exactly one of inactive, catalogue, audience")
        if self.match is not None and self.catalogue is None:
            raise ValueError("trigger: match belongs to catalogue")
        if self.within is not None and self.audience is not None:
            raise ValueError("trigger: within belongs to inactive or catalogue")
        if self.match == "seen" and self.catalogue == "added":
            raise ValueError("trigger: nobody was shown an item before it was added")
        if self.occasion not in ("once", "day", "week", "month"):
            raise ValueError("trigger: occasion is once, day, week or month")


class Campaign(Spec, frozen=True):
    """A re-engagement rule."""

    name: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$",
            description="What people call it; part of a CronJob's name.",
        ),
    ]
    trigger: Annotated[Trigger, says("What makes it write to a contact.")]
    schedule: Annotated[str, says("Cron expression in the bot's time zone.")]
    template: Annotated[TemplateRef, says("What is sent outside the service window.")]
    text: Annotated[
        str, says("Sent instead of the template while her service window is open; empty: never.")
    ] = ""
    category: Annotated[
        Literal["marketing", "utility"], says("Meta's category of the template.")
    ] = "marketing"
    max_per_day: Annotated[int, msgspec.Meta(ge=0, description="Sends in 24 h; 0: no limit.")] = 0
    suspend: Annotated[bool, says("Whether runs are left out for now.")] = False


class PerContact(Spec, frozen=True):
    """At most `max` campaign messages in `per`."""

    max: Annotated[int, msgspec.Meta(ge=1, description="Messages of campaigns.")] = 1
    per: Duration = "7d"


class Frequency(Spec, frozen=True):
    """How often people are written to unasked, over all campaigns."""

    per_contact: Annotated[PerContact, says("At most so many to one contact.")] = PerContact()
    send_window: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
            description="Hours of the contact's own day in which campaigns may reach her.",
        ),
    ] = "09:00-18:00"
    opt_in: Annotated[
        Literal["required", "assumed"], says("Whether she must have agreed to marketing.")
    ] = "required"
    rest: Annotated[Duration, says("Pause after Meta held a marketing message back (131049).")] = (
        "24h"
    )


class Messaging(Spec, frozen=True):
    """The NATS that carries it all."""

    url: Annotated[str, says("Addresses of the servers, with commas between them.")] = (
        "nats://nats:4222"
    )
    replicas: Annotated[
        int, msgspec.Meta(ge=1, le=5, description="Copies of each stream; 3 in production.")
    ] = 1
    credentials_secret_ref: Annotated[
        SecretRef | None,
        says("Keys: user and password, or a file <service>.creds for each service."),
    ] = None
    inbound_window: Annotated[Duration, says("Deduplication window of the inbound stream.")] = "2h"


class Database(Spec, frozen=True):
    """The PostgreSQL for records."""

    url_secret_ref: Annotated[
        KeyRef, says("Key of a Secret with postgresql://user:password@host:5432/database.")
    ]


class Assets(Spec, frozen=True):
    """Where relative media sources of the dialogue and the catalogue stand."""

    base_url: Annotated[Said, says("Address that relative sources are resolved against.")]


class ChatbotSpec(Spec, frozen=True):
    """What a platform team decides."""

    whatsapp: Annotated[WhatsApp, says("The business number at Meta.")]
    dialogue: Annotated[Dialogue, says("What the bot says.")]
    locale: Annotated[str, says("Language of the bot, such as pt-BR.")] = "pt-BR"
    time_zone: Annotated[str, says("IANA name, such as America/Sao_Paulo.")] = "America/Sao_Paulo"
    session: Annotated[SessionSpec, says("How a conversation breathes.")] = SessionSpec()
    understanding: Annotated[Understanding, says("What recognises intents.")] = Understanding()
    handoff: Annotated[Handoff, says("People who take conversations over.")] = Handoff()
    catalogue: Annotated[CatalogueSpec | None, says("Items that the dialogue searches.")] = None
    assets: Annotated[Assets | None, says("Where relative media stand.")] = None
    campaigns: Annotated[tuple[Campaign, ...], says("Re-engagement rules.")] = ()
    frequency: Annotated[Frequency, says("How often people are written to unasked.")] = Frequency()
    components: Annotated[Components, says("How the services are deployed.")] = Components()
    exposure: Annotated[Exposure | None, says("How Meta and browsers reach the services.")] = None
    messaging: Annotated[Messaging, says("The NATS that carries it all.")] = Messaging()
    database: Annotated[
        Database | None, says("The PostgreSQL for tickets, campaigns and figures; empty: none.")
    ] = None
    deletion_policy: Annotated[
        Literal["Retain", "Delete"],
        says("Whether streams and records outlive the Chatbot."),
    ] = "Retain"


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of Kubernetes' ObjectMeta that Prosa reads."""

    name: str
    namespace: str = "default"


class Chatbot(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", kw_only=True):
    """One bot on one business number."""

    metadata: Metadata
    spec: ChatbotSpec
    api_version: Literal["prosa.dev/v1alpha1"] = API_VERSION
    kind: Literal["Chatbot"] = KIND

    @property
    def token(self) -> BotToken:
        """The bot's name in subjects, streams and buckets."""
        return bot_token(self.metadata.namespace, self.metadata.name)
