"""The names a component needs to serve a page, gathered in one place.

    app = Guard(Starlette(routes=[Mount("/assets", Assets()), Route("/{rest:path}", page)]))

`page` answers with a `Shell`, and its JSON API and `prosa.web.live` do the rest.
"""

from prosa.web.assets import ASSETS, Assets, AssetsMissing
from prosa.web.guard import Guard
from prosa.web.shell import Shell, data_block, preferred_locale

__all__ = [
    "ASSETS",
    "Assets",
    "AssetsMissing",
    "Guard",
    "Shell",
    "data_block",
    "preferred_locale",
]
