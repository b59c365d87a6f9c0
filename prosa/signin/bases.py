"""Where an application stands below its host: the prefix of every address that it makes."""

from starlette.requests import Request


def base_of(request: Request) -> str:
    """Give the prefix of the whole application, not of a part mounted in it; no trailing slash."""
    return str(request.scope.get("app_root_path", request.scope.get("root_path", ""))).rstrip("/")
