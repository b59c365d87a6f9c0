"""The rival's worker: session in Redis, reply by a blocking POST, results kept in Redis."""

import functools
import json
import os
from typing import Any

import httpx
import redis
from celery import Celery
from kombu import Queue

REDIS_PORT = int(os.environ["REDIS_PORT"])
GRAPH_URL = os.environ["GRAPH_URL"]
_REMEMBERED = 6

app = Celery(
    "bot",
    broker=f"redis://127.0.0.1:{REDIS_PORT}/0",
    backend=f"redis://127.0.0.1:{REDIS_PORT}/1",
)
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    task_queues=[Queue("default"), Queue("high_priority"), Queue("low_priority")],
    task_default_queue="default",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_track_started=True,
    task_time_limit=300,
    task_soft_time_limit=240,
    worker_prefetch_multiplier=4,
    worker_max_tasks_per_child=1000,
    result_expires=3600,
    broker_connection_retry_on_startup=True,
    task_ignore_result=os.environ.get("TUNED") == "1",
)


@functools.cache
def clients() -> tuple[redis.Redis, httpx.Client]:
    """Connect, once in each child, after the fork."""
    return (
        redis.Redis(host="127.0.0.1", port=REDIS_PORT, db=2),
        httpx.Client(timeout=10, headers={"Authorization": "Bearer EAAG-fake-token"}),
    )


def new_session(user: str) -> dict[str, Any]:
    """Begin a conversation."""
    return {"user": user, "step": "start", "n": 0, "lang": "pt_BR", "vars": {}, "history": []}


def advance(session: dict[str, Any], message: dict[str, Any], name: str) -> str:
    """Change the session by one message; gives the reply."""
    text = (message.get("text") or {}).get("body", "")
    session["n"] += 1
    session["step"] = "menu" if session["step"] == "start" else "order"
    session["last"] = message["id"]
    session["vars"] |= {"last_text": text, "name": name}
    session["history"] = [*session["history"], text][-_REMEMBERED:]
    return f"Olá, {name}! Recebi a sua mensagem número {session['n']}. Digite 1 para pedidos."


@app.task(bind=True, name="process_message", max_retries=3)
def process_message(
    self: Any, message: dict[str, Any], contact: dict[str, Any], phone_number_id: str
) -> dict[str, str]:
    """Answer one message."""
    try:
        sessions, graph = clients()
        user = message["from"]
        key = f"session:{user}"
        stored = sessions.get(key)
        session = json.loads(stored) if stored else new_session(user)
        reply = advance(session, message, contact["profile"]["name"])
        sessions.set(key, json.dumps(session), ex=86_400)
        response = graph.post(
            f"{GRAPH_URL}/v23.0/{phone_number_id}/messages",
            json={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": user,
                "context": {"message_id": message["id"]},
                "type": "text",
                "text": {"preview_url": False, "body": reply},
            },
        )
        response.raise_for_status()
        return {"status": "sent", "wamid": response.json()["messages"][0]["id"]}
    except Exception as error:
        raise self.retry(exc=error, countdown=2**self.request.retries) from error
