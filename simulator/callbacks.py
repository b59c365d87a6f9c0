"""Where webhooks go, as a business sets it through the API.

Meta, "Webhook overrides": a number's callback wins over its account's, which wins over the app's.
"""

from typing import Any, Final

from simulator import nodes
from simulator.calls import SUCCESS, Answer, Call, read_json
from simulator.courier import Courier
from simulator.errors import Refusal
from simulator.world import Callback, Number, Waba

URL_LENGTH: Final = 200


class Callbacks:
    """The verbs that read and change where webhooks go."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def configure(self, call: Call, number: Number) -> Answer:
        """Give a number a callback of its own, or take it away with an empty address."""
        body = await read_json(call.request)
        wanted = body.get("webhook_configuration") if isinstance(body, dict) else None
        call.body = _without_secret(wanted)
        if not isinstance(wanted, dict):
            raise Refusal(100, "The parameter webhook_configuration is required.")
        number.callback = await self._callback(wanted)
        return SUCCESS

    async def list(self, _: Call, waba: Waba) -> Answer:
        """List the apps that get an account's webhooks."""
        return Answer({"data": nodes.subscriptions(waba)})

    async def subscribe(self, call: Call, waba: Waba) -> Answer:
        """Subscribe the app, with a callback for this account or, without a body, the app's own."""
        raw = await call.request.body()
        wanted = await read_json(call.request) if raw else {}
        call.body = _without_secret(wanted)
        if not isinstance(wanted, dict):
            raise Refusal(100, "The body must be a JSON object.")
        waba.callback = await self._callback(wanted)
        waba.subscribed = True
        return SUCCESS

    async def unsubscribe(self, _: Call, waba: Waba) -> Answer:
        """End the account's webhooks."""
        waba.subscribed, waba.callback = False, None
        return SUCCESS

    async def _callback(self, wanted: dict[str, Any]) -> Callback | None:
        url, token = wanted.get("override_callback_uri", ""), wanted.get("verify_token", "")
        if not isinstance(url, str) or not isinstance(token, str) or len(url) > URL_LENGTH:
            raise Refusal(100, f"override_callback_uri has at most {URL_LENGTH} characters.")
        if not url:
            return None
        callback = Callback(url, token)
        if not await self._courier.verify(callback):
            raise Refusal(2200, f"Callback verification failed: {url} did not return the challenge")
        return callback


def _without_secret(wanted: Any) -> Any:
    """Keep what was asked for, for the journal, but for the verify token."""
    if not isinstance(wanted, dict):
        return wanted
    return {key: "***" if key == "verify_token" else value for key, value in wanted.items()}
