"""Asks Meta's Graph API about a number, with the few calls that a check needs. No call is repeated.

The token stands in a header only: in no address, log or message.
"""

from datetime import timedelta
from http import HTTPStatus

import aiohttp
from pydantic import SecretStr

from prosa.contracts.chatbot import WhatsApp
from prosa_operator.channel import Said

PATIENCE = timedelta(seconds=10)

NUMBER_FIELDS = (
    "id",
    "display_phone_number",
    "quality_rating",
    "health_status",
    "webhook_configuration",
)
"""Meta, "Messaging health status" and "Webhook overrides"."""

PAGE = 250
PAGES = 8
"""An account holds up to 6,000 templates; who has more than 2,000 is not told of a missing one."""


class Graph:
    """The Graph API, as one business sees it."""

    def __init__(self, http: aiohttp.ClientSession, whatsapp: WhatsApp, token: SecretStr) -> None:
        self._http = http
        self._base = f"{whatsapp.graph_url.rstrip('/')}/{whatsapp.api_version}"
        self._whatsapp = whatsapp
        self._token = token

    async def number(self) -> Said:
        """Ask how the number is."""
        return await self._get(self._whatsapp.phone_number_id, fields=",".join(NUMBER_FIELDS))

    async def subscribed_apps(self) -> Said:
        """Ask which apps get the account's webhooks."""
        return await self._get(f"{self._whatsapp.business_account_id}/subscribed_apps")

    async def templates(self, after: str = "") -> Said:
        """Ask for a page of the account's templates."""
        cursor = {"after": after} if after else {}
        return await self._get(
            f"{self._whatsapp.business_account_id}/message_templates",
            fields="name,language,status",
            limit=str(PAGE),
            **cursor,
        )

    async def _get(self, path: str, **query: str) -> Said:
        try:
            async with self._http.get(
                f"{self._base}/{path}",
                params=query,
                headers={"authorization": f"Bearer {self._token.get_secret_value()}"},
                timeout=aiohttp.ClientTimeout(total=PATIENCE.total_seconds()),
            ) as answer:
                body = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Said({}, problem=f"{self._base} does not answer ({type(error).__name__})")
        if not isinstance(body, dict):
            return Said({}, problem=f"{self._base} answered with something else than an object")
        if status == HTTPStatus.OK:
            return Said(body)
        refusal = body.get("error") or {}
        code = refusal.get("code") if status < HTTPStatus.INTERNAL_SERVER_ERROR else 0
        said = str(refusal.get("message") or f"status {status}")
        return Said({}, code if isinstance(code, int) else 0, said)
