"""How the answers of a section's statements become what its page reads.

Pure. Rows keep the names that the SQL gives them; series get a number for each step of the period,
so that what had nothing shows as nothing.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from prosa.contracts.chatbot import Prices
from services.analytics.console.asking import LOW_SCORE, Ask

Row = dict[str, Any]
Parts = Mapping[str, list[Row]]


class Setting(msgspec.Struct, frozen=True):
    """What the bot's own configuration adds to an answer."""

    prices: Prices = Prices()


Shape = Callable[[Parts, Ask, Setting], Row]


def flows(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Put each flow's questions below it."""
    del ask, setting
    below: dict[str, list[Row]] = {}
    for question in parts["questions"]:
        below.setdefault(question["flow"], []).append(question)
    rows = [row | {"questions": below.get(row["flow"], [])} for row in parts["flows"]]
    return {"flows": rows, "outcomes": parts["outcomes"]}


def intents(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Spread the verdicts over the period."""
    del setting
    steps = list(ask.period.steps())
    return {
        "intents": parts["intents"],
        "misses": parts["misses"],
        "at": steps,
        "verdicts": spread(parts["verdicts"], "understood", "turns", steps),
        "low": LOW_SCORE,
    }


def people(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Spread the load over the period, with what was open at the end of each step."""
    del setting
    steps = list(ask.period.steps())
    moved = [row for row in parts["load"] if row["what"] != "before"]
    counts = {"opened": [0] * len(steps), "closed": [0] * len(steps)}
    counts |= spread(moved, "what", "tickets", steps)
    standing = sum(row["tickets"] for row in parts["load"] if row["what"] == "before")
    held = []
    for came, went in zip(counts["opened"], counts["closed"], strict=True):
        standing = max(0, standing + came - went)
        held.append(standing)
    lists = {name: parts[name] for name in ("teams", "agents", "ratings", "reasons")}
    return lists | {
        "summary": parts["summary"][0],
        "now": parts["now"][0],
        "at": steps,
        "load": counts | {"held": held},
    }


def campaigns(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Spread the sends over the period, and add what each campaign cost."""
    steps = list(ask.period.steps())
    costs: dict[str, float] = {}
    for row in parts["billed"]:
        spent = price(setting.prices, row["billableAs"]) * row["messages"]
        costs[row["campaign"]] = costs.get(row["campaign"], 0.0) + spent
    priced = bool(setting.prices.per_message)
    rows = [
        row | {"cost": round(costs.get(row["campaign"], 0.0), 4) if priced else None}
        for row in parts["campaigns"]
    ]
    return {
        "campaigns": rows,
        "billed": parts["billed"],
        "failures": parts["failures"],
        "runs": [row | {"skipped": as_json(row["skipped"]) or {}} for row in parts["runs"]],
        "at": steps,
        "daily": spread(parts["daily"], "campaign", "messages", steps),
        "currency": setting.prices.currency if priced else "",
    }


def costs(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Spread volume and bills over the period, and add prices where the bot has them."""
    steps = list(ask.period.steps())
    billed = spread(parts["billed"], "billableAs", "messages", steps)
    priced = bool(setting.prices.per_message)
    bills = [
        {
            "billableAs": name,
            "messages": sum(counts),
            "price": price(setting.prices, name) if priced else None,
            "cost": round(price(setting.prices, name) * sum(counts), 4) if priced else None,
        }
        for name, counts in billed.items()
    ]
    return {
        "totals": parts["totals"][0],
        "categories": parts["categories"],
        "at": steps,
        "volume": spread(parts["volume"], "author", "messages", steps),
        "billed": billed,
        "bills": sorted(bills, key=lambda bill: -bill["messages"]),
        "currency": setting.prices.currency if priced else "",
    }


def data(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Give the lists as they are."""
    del ask, setting
    return dict(parts) | {"storage": parts["storage"][0]}


def listed(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Say from where a list goes on."""
    del setting
    found = parts.get("found", parts.get("conversations", []))
    return {
        "items": found,
        "next": found[-1]["at"] if len(found) == ask.rows else None,
        "intents": [row["intent"] for row in parts["intents"]],
    }


def replayed(parts: Parts, ask: Ask, setting: Setting) -> Row:
    """Lay each turn's trace beside it, and below each message what could be tapped."""
    del setting
    traces: dict[str, list[Row]] = {}
    for step in parts["trace"]:
        traces.setdefault(step["turn"], []).append(
            {name: value for name, value in step.items() if name != "turn"}
        )
    said = [
        {name: value for name, value in message.items() if name != "content"}
        | {"options": options(as_json(message["content"]))}
        for message in parts["messages"]
    ]
    return {
        "person": parts["person"][0] if parts["person"] else None,
        "messages": said,
        "turns": [turn | {"steps": traces.get(turn["id"], [])} for turn in parts["turns"]],
        "moves": parts["moves"],
        "next": said[0]["at"] if len(said) == ask.rows else None,
    }


def price(prices: Prices, billable_as: str) -> float:
    """Give what a message costs: Meta bills `regular` ones by category, all other types are free.

    Meta, "Pricing": types are `regular`, `free_customer_service`, `free_entry_point`.
    """
    kind, _, category = billable_as.partition("/")
    return prices.per_message.get(category, 0.0) if kind == "regular" else 0.0


def spread(rows: list[Row], by: str, value: str, steps: list[int]) -> dict[str, list[int]]:
    """Turn rows of (at, name, count) into a list a name, with a number for each step."""
    places = {at: n for n, at in enumerate(steps)}
    lists: dict[str, list[int]] = {}
    for row in rows:
        place = places.get(row["at"])
        if place is not None:
            lists.setdefault(row[by], [0] * len(steps))[place] += row[value]
    return lists


def options(content: Any) -> list[str]:
    """Name what could be tapped below a message: buttons, rows, a link."""
    if not isinstance(content, dict):
        return []
    buttons = content.get("buttons") or ()
    rows = [row for part in content.get("sections") or () for row in part.get("rows") or ()]
    titles = [one.get("title") or one.get("value") for one in (*buttons, *rows)]
    if content.get("type") == "link":
        titles.append(content.get("title"))
    return [str(title) for title in titles if title]


def as_json(text: str | None) -> Any:
    """Read a JSON column, which the records give as text."""
    return json.loads(text) if text else None
