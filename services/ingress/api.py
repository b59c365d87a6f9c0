"""The HTTP application of ingress: the webhook's plain ASGI route in a FastAPI app."""

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

WEBHOOK_PATH = "/webhook"


def create(webhooks: ASGIApp) -> FastAPI:
    """Join the routes. There is no description of the API: what faces the internet says little."""
    app = FastAPI(title="Prosa ingress", openapi_url=None, docs_url=None, redoc_url=None)
    app.router.routes.append(Route(WEBHOOK_PATH, endpoint=webhooks))
    return app
