"""The one HTML document of a page, rendered from what the asset build wrote.

It carries no inline script: a style, a module and a JSON block with what the page needs first, so
that a strict Content-Security-Policy holds. Nothing here remembers a page: any replica answers any
request.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from prosa.web import assets as built

TEMPLATES = Path(__file__).parent / "templates"
THEMES = frozenset({"light", "dark"})  # anything else follows the person's system
LOCALES = frozenset({"pt-BR", "en"})


def system_now() -> datetime:
    """Ask this machine for the time, for components that keep no clock of their own."""
    return datetime.now(UTC)  # noqa: TID251 - prosa.clock is out of reach: no prosa module here


class Shell:
    """Renders one page's document. Made once, at the start; called for each request.

    Raises AssetsMissing when the page was not built. `frame` paints an empty rail and page before
    the script runs, for pages that have them. `now` is the time that pages correct their own by.
    """

    def __init__(
        self,
        page: str,
        title: str,
        *,
        frame: bool = True,
        assets: Path = built.ASSETS,
        now: Callable[[], datetime] = system_now,
    ) -> None:
        self._entry = built.entry(page, assets)
        self._title = title
        self._frame = frame
        self._now = now
        templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
        self._document = templates.get_template("page.html")

    def __call__(
        self,
        request: Request,
        *,
        user: Mapping[str, Any],
        time_zone: str,
        after: int,
        data: Any,
    ) -> HTMLResponse:
        """Answer a request with the document.

        `user` is {"id", "name", "role"}; `time_zone` an IANA name; `after` the sequence up to which
        `data`, any JSON value, is true: the page's live updates start behind it.
        """
        base = request.scope.get("root_path", "") + "/"
        locale = _locale(request)
        theme = request.cookies.get("prosa_theme")
        boot = {
            "base": base,
            "locale": locale,
            "timeZone": time_zone,
            "now": int(self._now().timestamp() * 1000),
            "user": user,
            "after": after,
            "data": data,
        }
        html = self._document.render(
            base=base,
            locale=locale,
            theme=theme if theme in THEMES else None,
            title=self._title,
            entry=self._entry,
            frame=self._frame,
            boot=data_block(boot),
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})


def data_block(value: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever a customer wrote."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def preferred_locale(accept_language: str) -> str:
    """Choose "en" or "pt-BR", the first of them that the browser's Accept-Language names."""
    for item in accept_language.lower().split(","):
        language = item.split(";")[0].strip().split("-")[0]
        if language == "en":
            return "en"
        if language == "pt":
            return "pt-BR"
    return "pt-BR"


def _locale(request: Request) -> str:
    chosen = request.cookies.get("prosa_locale")
    if chosen in LOCALES:
        return str(chosen)
    return preferred_locale(request.headers.get("accept-language", ""))
