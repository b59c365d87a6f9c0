"""Accessibility of what is on the screen now, judged by axe-core: WCAG 2.2 AA and best practice.

axe is evaluated through the debugger, so the page keeps its Content-Security-Policy.
"""

import json
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """
axe.run(document, %s).then((found) => JSON.stringify(found.violations.map((rule) => ({
  rule: rule.id,
  impact: rule.impact,
  nodes: rule.nodes.slice(0, 3).map((node) => ({
    at: node.target.join(" "),
    why: [...node.any, ...node.all, ...node.none][0]?.message,
  })),
}))))
"""


async def violations(page: Page) -> list[dict[str, Any]]:
    """Name the rules that the page breaks, and where."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "preload": False}
    debugger = await page.context.new_cdp_session(page)
    try:
        loaded = await _evaluate(debugger, "typeof axe")
        if loaded == "undefined":
            await _evaluate(debugger, f"{AXE.read_text(encoding='utf-8')};0")
        found: list[dict[str, Any]] = json.loads(
            await _evaluate(debugger, RUN % json.dumps(options))
        )
    finally:
        await debugger.detach()
    return found


async def _evaluate(debugger: Any, script: str) -> Any:
    command = {"expression": script, "awaitPromise": True, "returnByValue": True}
    answer = await debugger.send("Runtime.evaluate", command)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")
