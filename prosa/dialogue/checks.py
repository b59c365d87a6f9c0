"""What shows only when all of a dialogue is read: circles, what is never reached or used."""

from collections.abc import Iterable, Mapping

import msgspec

from prosa.dialogue.language import (
    Ask,
    Clear,
    Dependence,
    Flow,
    FromResult,
    Greeting,
    HandoffPolicy,
    Menu,
    SetValues,
    Slot,
    Speech,
    Tool,
)
from prosa.dialogue.reading import Fields, Reader
from prosa.dialogue.source import Mapping as MappingNode
from prosa.dialogue.source import Node
from prosa.dialogue.steps import Compiled, Entered


def flows(
    reader: Reader, top: Fields, found: Mapping[str, Flow], compiled: Mapping[str, Compiled]
) -> None:
    """Report flows that call each other without an end, and flows that nothing starts."""
    for entered in _endless(compiled):
        reader.error(
            entered.node,
            f"the flow `{entered.flow}` comes back to itself without end",
            "Put a `when` on one of the calls of this circle.",
        )
    called = {entered.flow for each in compiled.values() for entered in each.entered}
    pressed = _pressed(top.node)
    for name, node in reader.entries(top.get("flows"), "flows"):
        flow = found.get(name.text)
        triggers = flow.triggers if flow else None
        starts = triggers and (
            triggers.intents
            or triggers.keywords
            or triggers.payloads
            or triggers.received
            or triggers.first
        )
        if not starts and name.text not in called and name.text not in pressed:
            reader.warn(
                name if isinstance(node, MappingNode) else node,
                f"nothing starts the flow `{name.text}`",
                "Add `start: {intent: …}`, or call it with `flow:` or a button.",
            )


def _endless(compiled: Mapping[str, Compiled]) -> Iterable[Entered]:
    """Give the calls that close a circle of unconditional calls."""
    always = {
        name: [entered for entered in each.entered if entered.always]
        for name, each in compiled.items()
    }
    for name, calls in always.items():
        for entered in calls:
            reached: set[str] = set()
            pending = [entered.flow]
            while pending:
                flow = pending.pop()
                if flow not in reached:
                    reached.add(flow)
                    pending.extend(call.flow for call in always.get(flow, ()))
            if name in reached:
                yield entered


def _pressed(node: Node) -> set[str]:
    """Name the flows that buttons start, wherever they stand, and the menu lists."""
    found: set[str] = set()
    pending: list[Node] = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, MappingNode):
            for name, value in each.entries:
                text = getattr(value, "text", None)
                if name.text == "flow" and isinstance(text, str):
                    found.add(text)
                if name.text == "flows":
                    found |= {getattr(item, "text", "") for item in getattr(value, "items", ())}
                pending.append(value)
        else:
            pending.extend(getattr(each, "items", ()))
    return found


def with_owned_slots(
    found: Mapping[str, Flow], compiled: Mapping[str, Compiled], tools: Mapping[str, Tool]
) -> dict[str, Flow]:
    """Say of each flow what a new start forgets, what it hears, on what its calls depend."""
    asked = {slot for flow in found.values() for slot in flow.asks}
    uses = {name: _used_in(name, compiled, set()) for name in compiled}
    owned = {
        name: msgspec.structs.replace(
            flow,
            owns=frozenset(flow.asks)
            | frozenset(
                slot
                for dependence in flow.dependences
                if dependence.kind == "call"
                for slot in dependence.slots
                if slot not in asked and slot not in tools
            ),
            dependences=flow.dependences
            + tuple(
                Dependence(
                    "enter", entered.address, entered.at, uses.get(entered.flow, frozenset())
                )
                for entered in compiled[name].entered
            ),
        )
        for name, flow in found.items()
    }
    return {
        name: msgspec.structs.replace(flow, hears=_heard_in(name, owned, compiled, {}))
        for name, flow in owned.items()
    }


def _heard_in(
    name: str,
    flows: Mapping[str, Flow],
    compiled: Mapping[str, Compiled],
    seen: dict[str, None],
) -> tuple[str, ...]:
    """Name the slots of a flow and of those it calls, its own first."""
    if name in seen or name not in flows:
        return ()
    seen[name] = None
    own = list(flows[name].asks)
    own += sorted(flows[name].owns.difference(own))
    for entered in compiled[name].entered:
        own += _heard_in(entered.flow, flows, compiled, seen)
    return tuple(dict.fromkeys(own))


def _used_in(name: str, compiled: Mapping[str, Compiled], seen: set[str]) -> frozenset[str]:
    """Name the slots that the calls of a flow use, those of the flows it calls included."""
    if name in seen or name not in compiled:
        return frozenset()
    seen.add(name)
    own = (each.slots for each in compiled[name].dependences if each.kind == "call")
    inner = (_used_in(entered.flow, compiled, seen) for entered in compiled[name].entered)
    return frozenset[str]().union(*own, *inner)


def unused(  # noqa: PLR0917 - what the file declares, in its order
    reader: Reader,
    top: Fields,
    found: Mapping[str, Flow],
    compiled: Mapping[str, Compiled],
    slots: Mapping[str, Slot],
    tools: Mapping[str, Tool],
    faq: Mapping[str, Speech],
) -> None:
    """Warn of slots and tools that nothing uses, and refuse choices that no call ever fills."""
    called = {op.tool for each in compiled.values() for op in each.code if hasattr(op, "tool")}
    used = {
        slot
        for each in compiled.values()
        for op in each.code
        for slot in (
            (op.slot,)
            if isinstance(op, Ask)
            else op.names
            if isinstance(op, Clear)
            else tuple(op.slots)
            if isinstance(op, SetValues)
            else ()
        )
    }
    used |= {slot for tool in tools.values() for slot in tool.uses}
    for name, _ in reader.entries(top.get("tools"), "tools"):
        if name.text not in called:
            reader.warn(
                name, f"nothing calls `{name.text}`", "Add a `call` step, or remove the tool."
            )
    for name, _ in reader.entries(top.get("slots"), "slots"):
        slot = slots.get(name.text)
        if slot and isinstance(slot.source, FromResult) and slot.source.tool not in called:
            reader.error(
                name,
                f"`{name.text}` takes its options from `{slot.source.tool}`, which nothing calls",
                f"Put `call: {slot.source.tool}` before asking for it.",
            )
        if name.text not in used:
            reader.warn(
                name,
                f"nothing asks for the slot `{name.text}`",
                "Add an `ask`, or remove the slot.",
            )
    del found, faq


def intents(
    reader: Reader,
    top: Fields,
    found: Mapping[str, Flow],
    faq: Mapping[str, Speech],
    others: tuple[Greeting | None, Menu, HandoffPolicy],
) -> None:
    """Report intents with two meanings, and warn of those with none."""
    owners: dict[str, str] = {}
    meanings = [
        *(
            (intent, f"the flow `{flow.name}`")
            for flow in found.values()
            for intent in flow.triggers.intents
        ),
        *((intent, "`faq`") for intent in faq),
    ]
    for what, section in zip(others, ("greeting", "menu", "handoff"), strict=True):
        meanings += [(intent, f"`{section}`") for intent in (what.intents if what else ())]
    nodes = {name.text: name for name, _ in reader.entries(top.get("intents"), "intents")}
    for intent, owner in meanings:
        if owners.setdefault(intent, owner) != owner and intent in nodes:
            reader.error(
                nodes[intent],
                f"`{intent}` starts both {owners[intent]} and {owner}",
                "Give each its own intent: a message can do only one of them.",
            )
    for name, node in nodes.items():
        if name not in owners:
            reader.warn(
                node, f"nothing happens on the intent `{name}`", "Name it in a `start` or in `faq`."
            )
