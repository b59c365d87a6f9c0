"""The names that texts and conditions of a dialogue may mention."""

from collections.abc import Iterator

from prosa.dialogue.problems import did_you_mean

CONTACT = frozenset({"name", "phone", "tags", "attributes"})
HOURS = frozenset({"open", "next"})
DAY = frozenset({"greeting", "part", "date", "weekday"})
RESERVED = frozenset(
    {
        "vars",
        "contact",
        "hours",
        "day",
        "now",
        "locale",
        "flow",
        "item",
        "value",
        "limit",
        "start",
        "next",
    }
)
"""Names with a meaning of their own; no slot, tool or flow may take one."""

STRUCTURED = frozenset({"location", "image", "video", "audio", "document"})


class Names:
    """What the file declares, gathered before anything is checked against it."""

    def __init__(self) -> None:
        self.slots: dict[str, str] = {}
        """Type by name; `item` for choices that take a whole item."""
        self.tools: set[str] = set()
        self.variables: set[str] = set()
        self.flows: set[str] = set()
        self.intents: set[str] = set()
        self.teams: set[str] = set()

    def filled(self) -> frozenset[str]:
        """Give the names whose values come and go in a conversation: slots and answers."""
        return frozenset((*self.slots, *self.tools))

    def everywhere(self) -> Iterator[str]:
        """Give the names that a text may begin a path with."""
        yield from self.slots
        yield from self.tools
        yield from ("vars", "contact", "hours", "day", "now", "locale")

    def fault(self, path: tuple[str, ...], *, inside_cel: bool = False) -> tuple[str, str] | None:
        """Say what is wrong with a path, as message and remedy; None when it leads somewhere."""
        root, *rest = path
        if root in self.tools or (inside_cel and root in {*self.slots, *self.everywhere()}):
            return None
        if root in self.slots:
            if rest and self.slots[root] not in {*STRUCTURED, "item"}:
                return (
                    f"the slot `{root}` is a {self.slots[root]} and has no parts",
                    f"Write `{{{root}}}`.",
                )
            return None
        parts = {"vars": self.variables, "contact": CONTACT, "hours": HOURS, "day": DAY}.get(root)
        if parts is None:
            if root in {"now", "locale"}:
                return None
            return f"nothing is called `{root}`", did_you_mean(root, self.everywhere())
        if not rest or rest[0] not in parts:
            part = rest[0] if rest else ""
            return (
                f"`{root}` has no part `{part}`" if part else f"`{root}` is not a text by itself",
                did_you_mean(part, parts) if part or parts else "Declare it first.",
            )
        return None
