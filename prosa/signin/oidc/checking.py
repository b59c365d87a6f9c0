"""What asks the identity provider again when its word on a session has ended."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from prosa.signin.people import Person
from prosa.signin.postgres.sessions import Session

Recheck: TypeAlias = Callable[[Session, str], Awaitable[Person | None]]
"""Takes a session and its token; gives the person as she is now, None when the session ends."""
