"""Where a person is led after the sign-in: a path of ours, whatever the link said.

Pure. A `next` that leads to another site would make our sign-in page a tool of phishers (CWE-601).
"""

from urllib.parse import quote, urlsplit

PAGE = "/signin"
_LONGEST = 2_000


def safe_next(wanted: str, base: str = "") -> str:
    r"""Give the path to go on to: `wanted` if it is one of this origin, else the start page.

    `base` is the application's prefix without a trailing slash. A browser reads `\` as `/`, drops
    tabs and line breaks, and takes `//` for another host: none of them passes.
    """
    start = f"{base}/"
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > _LONGEST:
        return start
    if "\\" in wanted or any(ord(each) <= 0x20 or ord(each) == 0x7F for each in wanted):  # noqa: PLR2004 - space and DEL, the ASCII controls
        return start
    path = urlsplit(wanted).path.removeprefix(base)
    return start if path == PAGE or path.startswith(f"{PAGE}/") else wanted


def to_sign_in(base: str, wanted: str, why: str = "") -> str:
    """Give the address of the sign-in page that comes back to `wanted`; `why` is a word for it."""
    reason = f"&why={quote(why, safe='')}" if why else ""
    return f"{base}{PAGE}?next={quote(safe_next(wanted, base), safe='/')}{reason}"
