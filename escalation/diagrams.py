"""The state machines of the escalation, drawn from the code: `python -m escalation.diagrams` writes docs/state_machines.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from escalation.case import FOLLOWS, OPEN, Stage
from escalation.consent import NOTHING, Agreement, Kind, Scope, Shared, after

PAGE = Path(__file__).parents[1] / "docs" / "state_machines.md"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """The whole page, in Markdown with Mermaid diagrams."""
    return "\n".join(
        [
            "# State machines",
            "Drawn from `escalation/case.py` and `escalation/consent.py` by `python -m escalation.diagrams`; a test holds them equal.",
            "",
            "## The life cycle of a case",
            "Every step records who took it, when and why. Staff see a case only from `waiting` on.",
            "",
            *diagram(life_cycle()),
            "",
            "## The agreement ledger",
            "What one recipient may see after each entry. Entries are added and never changed; what is shared is read from all of them.",
            "An override is a named adult's recorded decision, and stands whatever is said later.",
            "",
            *diagram(ledger()),
            "",
        ]
    )


def diagram(lines: Iterator[str]) -> list[str]:
    """A state diagram with these lines."""
    return ["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"]


def life_cycle() -> Iterator[str]:
    """One line for each step from one stage to another."""
    yield f"[*] --> {Stage.OFFERED}: an adult is offered"
    yield f"[*] --> {Stage.WAITING}: a life may be at risk"
    for stage, following in FOLLOWS.items():
        for to, why in following.items():
            yield f"{stage} --> {to}: {why}"
    yield from (f"{stage} --> [*]" for stage in Stage if stage not in OPEN)


def ledger() -> Iterator[str]:
    """One line for each way from one state of sharing to another, found by making every entry in every state."""
    yield f"[*] --> {name(NOTHING)}"
    found, left = [NOTHING], [NOTHING]
    while left:
        state = left.pop(0)
        arrows: dict[Shared, list[str]] = {}
        for why, entry, at in entries():
            to = after(state, entry, at)
            to = Shared(to.scope, None, to.override)
            if to != state:
                arrows.setdefault(to, []).append(why)
        for to, reasons in arrows.items():
            yield f"{name(state)} --> {name(to)}: {', '.join(reasons)}"
        fresh = [to for to in arrows if to not in found]
        found, left = [*found, *fresh], [*left, *fresh]


def entries() -> Iterator[tuple[str, Agreement, datetime]]:
    """Every entry that can be made, and when it is looked at."""
    for scope in Scope:
        yield f"yes to {scope}", Agreement(Kind.GIVEN, scope, NOW, NOW + timedelta(days=30)), NOW
    yield "no", Agreement(Kind.REFUSED, None, NOW), NOW
    yield "withdrawn", Agreement(Kind.WITHDRAWN, None, NOW), NOW
    yield "expired", Agreement(Kind.GIVEN, Scope.CHAT, NOW, NOW + timedelta(days=30)), NOW + timedelta(days=30)
    yield "override", Agreement(Kind.OVERRIDE, None, NOW), NOW


def name(state: Shared) -> str:
    """A state of sharing, as one word."""
    return f"{state.scope or 'nothing'}{'_and_override' if state.override else ''}"


if __name__ == "__main__":
    main()
