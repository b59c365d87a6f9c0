"""The endpoint that sends: judges a message by all that is known, and takes it on its way."""

import copy
from typing import Any

from simulator import recipients, rules, templates
from simulator.calls import SUCCESS, Answer, Call, read_json
from simulator.clock import Clock
from simulator.dispatch import Dispatch, Draft
from simulator.errors import Refusal
from simulator.links import Links, Unfetched
from simulator.media import File, MediaStore, misuse
from simulator.rates import Rates
from simulator.recipients import Recipient
from simulator.verdicts import Verdicts
from simulator.world import Customer, Number, World


class Sending:
    """The verb for `POST /<number>/messages`."""

    def __init__(
        self,
        *,
        world: World,
        dispatch: Dispatch,
        media: MediaStore,
        links: Links,
        rates: Rates,
        verdicts: Verdicts,
        clock: Clock,
        allow_unreachable_links: bool,
    ) -> None:
        self._world = world
        self._dispatch = dispatch
        self._media = media
        self._links = links
        self._rates = rates
        self._verdicts = verdicts
        self._clock = clock
        self._allow_unreachable_links = allow_unreachable_links

    async def post(self, call: Call, number: Number) -> Answer:
        """Send a message, or mark one as read."""
        call.body = body = await read_json(call.request)
        if isinstance(body, dict) and "status" in body:
            call.what = "read"
            rules.check_mark_read(body)
            self._dispatch.mark_read(number, body["message_id"], typing="typing_indicator" in body)
            return SUCCESS
        call.what = str(body.get("type", "message")) if isinstance(body, dict) else "message"
        rules.check_message(body)
        draft = await self._draft(number, body)
        customer = draft.customer
        call.customer = customer.id if customer else None
        if refusal := self._verdicts.on(call.customer, "answer"):
            raise refusal
        self._rates.send(number.id, call.customer or draft.recipient.name, self._clock.now())
        wamid = self._dispatch.accept(draft)
        call.wamids = [wamid]
        message = {"id": wamid}
        if draft.template is not None:
            message["message_status"] = "accepted"
        return Answer(
            {
                "messaging_product": "whatsapp",
                "contacts": [_contact(draft.recipient, customer)],
                "messages": [message],
            }
        )

    async def _draft(self, number: Number, body: dict[str, Any]) -> Draft:
        """Judge a message by what exists: recipient, quoted message, template, media."""
        recipient = recipients.recipient(body, number.display)
        customer = self._recipient(number, recipient)
        self._check_references(number, customer, body)
        template = None
        if body["type"] == "template":
            template = templates.find(number.waba.templates, body["template"])
            templates.check(template, body["template"])
            rules.check_parameter_media(body)
            if recipient.kind == "user_id" and templates.category(template) == "authentication":
                raise Refusal(131062, "Authentication templates need a phone number.")
        body, problem = await self._with_media(number, body)
        return Draft(number, body, recipient, customer, template, problem)

    def _recipient(self, number: Number, recipient: Recipient) -> Customer | None:
        if recipient.kind == "phone":
            if recipient.name == number.phone:
                raise Refusal(131021, "The recipient is the sender.")
            return self._world.by_phone(recipient.name)
        portfolio, customer = self._world.by_user_id(recipient.name) or (None, None)
        if customer is not None and portfolio != number.waba.portfolio:
            raise Refusal(100, "Param recipient is a user id of another business portfolio.")
        return customer

    def _check_references(
        self, number: Number, customer: Customer | None, body: dict[str, Any]
    ) -> None:
        """Check that a quoted message, or one that is reacted to, is in this conversation."""
        quoted = body.get("context", {}).get("message_id")
        reacted = body["reaction"]["message_id"] if body["type"] == "reaction" else None
        if quoted is None and reacted is None:
            return
        messages = self._world.thread(number, customer).messages if customer else {}
        for place, wamid in (("context", quoted), ("reaction", reacted)):
            if wamid is not None and wamid not in messages:
                details = f"Param {place}['message_id']: this conversation has no such message."
                raise Refusal(131009, details)

    async def _with_media(
        self, number: Number, body: dict[str, Any]
    ) -> tuple[dict[str, Any], Refusal | None]:
        """Find the files of a message; what is wrong with them shows after acceptance.

        Links are fetched, and get the id of what was fetched beside them.
        """
        if any("link" in each for _, each in rules.media_in(body)):
            body = copy.deepcopy(body)
        problem = None
        for kind, each in rules.media_in(body):
            try:
                file = await self._file(number, each)
            except Unfetched as error:
                problem = problem or Refusal(131053, str(error))
                continue
            reason = misuse(kind, file) if file is not None else None
            if reason is not None:
                problem = problem or Refusal(131053, reason)
        return body, problem

    async def _file(self, number: Number, media: dict[str, Any]) -> File | None:
        if "link" not in media:
            file = self._media.get(media["id"])
            if file is None or file.owner != number.id:
                raise Refusal(
                    100, f"Media {media['id']} was not uploaded by this number, or has expired."
                )
            return file
        try:
            file = await self._links.fetch(media["link"], number.id)
        except Unfetched:
            if self._allow_unreachable_links:
                return None
            raise
        media["id"] = file.id
        return file


def _contact(recipient: Recipient, customer: Customer | None) -> dict[str, str]:
    if recipient.kind == "user_id":
        return {"input": recipient.said, "user_id": recipient.name}
    return {"input": recipient.said, "wa_id": customer.wa_id if customer else recipient.name}
