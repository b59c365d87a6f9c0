"""The Chatbot: what a platform team writes, and what the services read as their configuration.

The CRD's schema is generated from these structs, so their names are camelCase outside and each
field's description is what `kubectl explain` prints. Unknown fields are refused here (a typo would
be silent); the smallest useful Chatbot stays under 25 lines, everything else has a default.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

from prosa.contracts.durations import Duration
from prosa.contracts.identity import BotToken, bot_token

API_VERSION: Final = "prosa.dev/v1alpha1"
KIND: Final = "Chatbot"

Said = Annotated[str, msgspec.Meta(min_length=1)]


def _is(description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description)


class _Spec(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
):
    pass


class SecretRef(_Spec, frozen=True):
    """A Secret in the Chatbot's namespace."""

    name: Said


class KeyRef(_Spec, frozen=True):
    """One key of a Secret or ConfigMap in the Chatbot's namespace."""

    name: Said
    key: Said


class Limits(_Spec, frozen=True):
    """What Meta allows this number (reference: WhatsApp "Throughput", "Messaging limits")."""

    messages_per_second: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            description="In and out together: 80; 1000 after Meta's upgrade; 20 on coexistence.",
        ),
    ] = 80
    per_contact: Annotated[Duration, _is("Pace to one customer once the burst is used up.")] = "6s"
    per_contact_burst: Annotated[
        int, msgspec.Meta(ge=1, description="Messages to one customer that may leave at once.")
    ] = 45
    contacts_per_day: Annotated[
        int,
        msgspec.Meta(
            ge=0, description="Customers written to outside their window in 24 h; 0: no limit."
        ),
    ] = 2000


class Prices(_Spec, frozen=True):
    """What Meta charges in this number's market, for reports of cost (Meta, "Pricing")."""

    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")] = "USD"
    per_message: Annotated[
        dict[str, float],
        _is("By category: marketing, utility, service, authentication, … Free ones cost nothing."),
    ] = {}


class WhatsApp(_Spec, frozen=True):
    """The business number at Meta."""

    phone_number_id: Annotated[Said, _is("Meta's id of the number; webhooks are routed by it.")]
    business_account_id: Annotated[Said, _is("The WhatsApp Business Account (WABA) of the number.")]
    credentials_secret_ref: Annotated[
        SecretRef,
        _is("Keys: access-token, app-secret (app-secret-previous while rotating), verify-token."),
    ]
    api_version: Annotated[str, msgspec.Meta(pattern=r"^v[0-9]+\.[0-9]+$")] = "v23.0"
    graph_url: str = "https://graph.facebook.com"
    limits: Limits = Limits()
    prices: Prices = Prices()
    read_receipts: Annotated[
        Literal["off", "read", "typing"], _is("What she sees while the bot waits or thinks.")
    ] = "typing"
    media: Annotated[
        Literal["upload", "link"],
        _is("Whether files are uploaded once and sent by id, or sent as links."),
    ] = "upload"


class Dialogue(_Spec, frozen=True):
    """Where the dialogue stands: exactly one of both."""

    config_map_ref: KeyRef | None = None
    inline: Annotated[str | None, _is("The dialogue's YAML text.")] = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.config_map_ref is None) == (self.inline is None):
            raise ValueError("dialogue: give either configMapRef or inline")


class SessionSpec(_Spec, frozen=True):
    """How a conversation breathes."""

    quiet_time: Annotated[Duration, _is("How long she must be silent before the bot answers.")] = (
        "1500ms"
    )
    max_wait: Annotated[Duration, _is("The longest that a burst can hold the answer back.")] = "8s"
    idle: Annotated[Duration, _is("After this silence a conversation starts anew.")] = "24h"
    quote: Annotated[bool, _is("Whether an answer quotes the message that it answers.")] = False


class Understanding(_Spec, frozen=True):
    """What recognises intents."""

    provider: Annotated[
        Literal["embedded", "tfidf"],
        _is("embedded: sentence encoder in the pod; tfidf: no model, less memory."),
    ] = "embedded"


class TemplateRef(_Spec, frozen=True):
    """An approved template; `parameters` fill its body in order."""

    name: Said
    language: Said
    parameters: Annotated[
        tuple[str, ...],
        _is(
            "Texts such as '{contact.name|first}', '{searched}', '{item.modelo}', '{price|brl}'."
            " A contact without one of the values is left out; '{x|or:y}' gives another instead."
        ),
    ] = ()


class CrmNotify(_Spec, frozen=True):
    """A CRM that hears of handoffs: a signed webhook, or Chatwoot's own API."""

    webhook_secret_ref: Annotated[
        SecretRef,
        _is("Keys: url, signing-key; with kind chatwoot: url, account-id, inbox-id, access-token."),
    ]
    kind: Literal["webhook", "chatwoot"] = "webhook"


class Notify(_Spec, frozen=True):
    """Who is told of a handoff."""

    email: tuple[str, ...] = ()
    whatsapp: Annotated[
        tuple[str, ...], _is("Numbers with their plus, such as +5519999990000.")
    ] = ()
    whatsapp_template: Annotated[
        TemplateRef | None,
        _is("Sent to those numbers outside their window; parameters: name, reason, summary."),
    ] = None
    crm: CrmNotify | None = None


class Team(_Spec, frozen=True):
    """People who take conversations over."""

    name: Said
    members: Annotated[
        tuple[str, ...], _is("Account names or e-mails; empty: every agent belongs to it.")
    ] = ()
    skills: Annotated[
        tuple[str, ...], _is("Handoff reasons, tags or slot values that are this team's matter.")
    ] = ()
    assignment: Annotated[
        Literal["manual", "round-robin", "least-loaded"],
        _is("Who gets a new ticket: who claims it, or an available agent in turn or by load."),
    ] = "manual"
    capacity: Annotated[
        int, msgspec.Meta(ge=1, description="Open tickets that one agent is assigned at most.")
    ] = 20
    notify: Notify = Notify()


class Resume(_Spec, frozen=True):
    """When a conversation comes back to the bot by itself."""

    idle: Annotated[
        Duration, _is("After this silence of the people, her next message goes to the bot.")
    ] = "12h"


class Sla(_Spec, frozen=True):
    """Promises to the customer; the clocks stand still outside business hours."""

    first_reply: Duration = "15m"
    resolution: Duration = "8h"


class Escalation(_Spec, frozen=True):
    """What happens when the assignee does not answer a waiting customer."""

    after: Annotated[Duration, _is("Business time that the assignee has.")] = "10m"
    to: Annotated[str, _is("A team's name; empty: back into the queue of the same team.")] = ""


class CannedReply(_Spec, frozen=True):
    """A text that agents send often."""

    name: Annotated[Said, _is("What an agent types after a slash to find it.")]
    text: Annotated[Said, _is("May hold {name}, {agent} and {team}.")]


class Satisfaction(_Spec, frozen=True):
    """The question asked when a person closes a conversation (CSAT)."""

    ask: Annotated[Said, _is("Sent with a list of five answers, from best to worst.")]
    thanks: str = ""


class Handoff(_Spec, frozen=True):
    """People: teams, business hours in the bot's time zone, promises."""

    hours: Annotated[
        dict[str, Any],
        _is(
            "Intervals by day or range of days, such as mon-fri: ['09:00-12:00', '13:00-18:00'];"
            " holidays: a list of dates."
        ),
    ] = {}
    teams: tuple[Team, ...] = ()
    resume: Resume = Resume()
    sla: Sla = Sla()
    escalation: Escalation | None = None
    canned_replies: tuple[CannedReply, ...] = ()
    satisfaction: Satisfaction | None = None


class HttpSource(_Spec, frozen=True):
    """A feed that is asked again and again."""

    url: Said
    every: Duration = "15m"


class CatalogueSource(_Spec, frozen=True):
    """Where items come from: exactly one."""

    config_map_ref: KeyRef | None = None
    http: HttpSource | None = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.config_map_ref is None) == (self.http is None):
            raise ValueError("catalogue.source: give either configMapRef or http")


class CatalogueField(_Spec, frozen=True):
    """How a column is read and searched."""

    type: Literal["text", "number", "money", "boolean", "image"] = "text"
    required: bool = False


class CatalogueSpec(_Spec, frozen=True):
    """Items that the dialogue searches: cars, rooms, dishes."""

    source: CatalogueSource
    key: Annotated[str, _is("The field that names an item for good.")] = "id"
    price: Annotated[str, _is("The field that price drops are measured on.")] = ""
    fields: dict[str, CatalogueField] = {}


class Trigger(_Spec, frozen=True):
    """What makes a campaign write to a contact: exactly one of inactive, catalogue, audience."""

    inactive: Annotated[
        Duration | None, _is("She has been silent for so long, after talking to the bot.")
    ] = None
    catalogue: Annotated[
        Literal["added", "priceDrop"] | None,
        _is("Something in the catalogue became new or cheaper."),
    ] = None
    audience: Annotated[
        str | None, _is("A CEL condition over the contact, such as \"'vip' in contact.tags\".")
    ] = None
    match: Annotated[
        Literal["lastSearch", "seen", "seenOrSearch"] | None,
        _is(
            "Whom an item concerns: her last search finds it (unless said, when added), she was"
            " shown it, or either (unless said, when cheaper)."
        ),
    ] = None
    within: Annotated[
        Duration | None,
        _is(
            "How long the cause is one. Of catalogue: the age of a change, 3d unless said. Of"
            " inactive: the longest silence, 30d unless said; 0s: any."
        ),
    ] = None
    at_least: Annotated[
        str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?%$", description="Least fall of the price.")
    ] = "1%"
    occasion: Annotated[
        str,
        _is("With audience: what makes it a new occasion; once, day, week or month."),
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


class Campaign(_Spec, frozen=True):
    """A re-engagement rule."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$")]
    trigger: Trigger
    schedule: Annotated[str, _is("Cron expression in the bot's time zone.")]
    template: TemplateRef
    text: Annotated[
        str, _is("Sent instead of the template while her service window is open; empty: never.")
    ] = ""
    category: Literal["marketing", "utility"] = "marketing"
    max_per_day: Annotated[int, msgspec.Meta(ge=0, description="Sends in 24 h; 0: no limit.")] = 0
    suspend: Annotated[bool, _is("Whether runs are left out for now.")] = False


class PerContact(_Spec, frozen=True):
    """At most `max` campaign messages in `per`."""

    max: Annotated[int, msgspec.Meta(ge=1)] = 1
    per: Duration = "7d"


class Frequency(_Spec, frozen=True):
    """How often people are written to unasked, over all campaigns."""

    per_contact: PerContact = PerContact()
    send_window: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
            description="Hours of the contact's own day in which campaigns may reach her.",
        ),
    ] = "09:00-18:00"
    opt_in: Literal["required", "assumed"] = "required"
    rest: Annotated[Duration, _is("Pause after Meta held a marketing message back (131049).")] = (
        "24h"
    )


class Autoscaling(_Spec, frozen=True):
    """Replicas by queue depth."""

    mode: Literal["none", "builtin", "keda", "external"] = "none"
    min: int = 1
    max: int = 10
    lag_per_replica: int = 50


class Storage(_Spec, frozen=True):
    """A volume."""

    size: str = "10Gi"


class Retention(_Spec, frozen=True):
    """How long records are kept."""

    messages: Annotated[Duration, _is("Messages, turns and their embeddings.")] = "365d"
    export: Annotated[
        Duration, _is("Parquet files of days gone by; 0s: as long as there is room.")
    ] = "0s"


class Component(_Spec, frozen=True):
    """How one service is deployed."""

    replicas: int | None = None
    autoscaling: Autoscaling | None = None
    storage: Storage | None = None
    retention: Retention | None = None
    resources: dict[str, Any] = {}


class Components(_Spec, frozen=True):
    """The services of a Chatbot."""

    ingress: Component = Component()
    conversation: Component = Component()
    sender: Component = Component()
    handoff: Component = Component()
    analytics: Component = Component()


class Messaging(_Spec, frozen=True):
    """The NATS that carries it all."""

    url: str = "nats://nats:4222"
    replicas: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    credentials_secret_ref: SecretRef | None = None
    inbound_window: Annotated[Duration, _is("Deduplication window of the inbound stream.")] = "2h"


class Database(_Spec, frozen=True):
    """The PostgreSQL for records."""

    url_secret_ref: KeyRef


class Assets(_Spec, frozen=True):
    """Where relative media sources of the dialogue and the catalogue stand."""

    base_url: Said


class ChatbotSpec(_Spec, frozen=True):
    """What a platform team decides."""

    whatsapp: WhatsApp
    dialogue: Dialogue
    locale: Annotated[str, _is("Language of the bot, such as pt-BR.")] = "pt-BR"
    time_zone: Annotated[str, _is("IANA name, such as America/Sao_Paulo.")] = "America/Sao_Paulo"
    session: SessionSpec = SessionSpec()
    understanding: Understanding = Understanding()
    handoff: Handoff = Handoff()
    catalogue: CatalogueSpec | None = None
    assets: Assets | None = None
    campaigns: tuple[Campaign, ...] = ()
    frequency: Frequency = Frequency()
    components: Components = Components()
    messaging: Messaging = Messaging()
    database: Database | None = None


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
