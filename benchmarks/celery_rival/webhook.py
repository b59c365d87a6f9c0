"""The rival's webhook: one task a message, queued inline (`apply_async` blocks the loop)."""

import os

from fastapi import FastAPI, HTTPException, Request
from models import Value, Webhook, signature_is_valid
from worker import process_message

SECRET = os.environ["APP_SECRET"].encode()

app = FastAPI()


@app.post("/webhook")
async def receive(request: Request) -> dict[str, str]:
    """Queue what a signed webhook brings."""
    body = await request.body()
    if not signature_is_valid(SECRET, body, request.headers.get("x-hub-signature-256")):
        raise HTTPException(403, "bad signature")
    for entry in Webhook.model_validate_json(body).entry:
        for change in entry.changes:
            _queue(change.value)
    return {"status": "ok"}


def _queue(value: Value) -> None:
    for message in value.messages:
        process_message.apply_async(
            args=[
                message.model_dump(by_alias=True),
                value.contacts[0].model_dump(),
                value.metadata.phone_number_id,
            ],
            task_id=f"msg_{message.id}",  # meant to drop duplicates; Celery does not check it
            queue="default",
        )
