"""The built scripts and styles: which files a page needs, and how browsers get them.

File names carry a hash of their content, so a browser may keep them for a year. The manifest that
the build writes last says which files belong to which page. This module reads what was built; it
never builds.
"""

import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSETS = Path(__file__).parent / "assets"
FOREVER = "public, max-age=31536000, immutable"  # a changed file has another name
TWINS = {"br": ".br", "gzip": ".gz"}  # content coding -> suffix, the smaller one first


class AssetsMissing(RuntimeError):
    """The pages were not built, or not all of them. The message names the command that helps."""


@dataclass(frozen=True)
class Entry:
    """The files of one page, relative to the assets' directory."""

    script: str
    style: str | None
    imports: tuple[str, ...]


def entry(page: str, directory: Path = ASSETS) -> Entry:
    """Look the page's files up in the manifest. Raises AssetsMissing."""
    try:
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AssetsMissing(
            f"{directory} holds no manifest.json: the pages are not built; run `make assets`"
        ) from error
    if page not in manifest:
        raise AssetsMissing(
            f"{directory}/manifest.json has no page {page!r} (it has: {', '.join(manifest)});"
            " run `make assets`"
        )
    found = manifest[page]
    return Entry(found["script"], found["style"], tuple(found["imports"]))


class Assets(StaticFiles):
    """Serves the built files; the compressed twin where the browser takes it."""

    def __init__(self, directory: Path = ASSETS) -> None:
        # Checked by the shell, which can name the command: Starlette's check cannot.
        super().__init__(directory=directory, check_dir=False)
        self._files = directory

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file, or with Starlette's 404."""
        coding = self._coding(path, Headers(scope=scope).get("accept-encoding", ""))
        if coding is None:
            response = await super().get_response(path, scope)
        else:
            response = await super().get_response(path + TWINS[coding], scope)
            response.headers["Content-Encoding"] = coding
        kind, _ = mimetypes.guess_type(path)
        response.headers["Content-Type"] = kind or "application/octet-stream"
        response.headers["Cache-Control"] = FOREVER
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def _coding(self, path: str, accept_encoding: str) -> str | None:
        # Browsers send a plain list ("gzip, deflate, br, zstd"). A weighted item is passed over:
        # the plain file is always right.
        accepted = {item.strip() for item in accept_encoding.lower().split(",")}
        for coding, suffix in TWINS.items():
            if coding in accepted and self.lookup_path(path + suffix)[1] is not None:
                return coding
        return None
