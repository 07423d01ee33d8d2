"""What axe-core finds on a page as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that a theme can break: it changes colours and nothing else."""

_RUN = """async runOnly => {
  const rules = runOnly.type === "tag" ? {"target-size": {enabled: true}} : {};
  const found = await axe.run({runOnly, rules, resultTypes: ["violations"]});
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 120)}: ${node.failureSummary.split("\\n").pop().trim()}`
  ));
}"""


def violations(page: Page, tags: Sequence[str] = WCAG, *, rules: Sequence[str] = ()) -> list[str]:
    """Every place that breaks a rule with one of these tags (WCAG 2.0 to 2.2, A and AA, if not told), or one of these rules: which, where, why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, {"type": "rule", "values": rules} if rules else {"type": "tag", "values": tags})
    return found
