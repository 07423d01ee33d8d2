"""The figures of a run as a table that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.bench.load import paper

NONE = "–"


def table(report: dict[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    machine = report["machine"]
    head = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['date']}; {report['seconds_each']:g} s each"
    )
    blocks = [
        f"# Bench\n\n{head}",
        _side_by_side(report),
        _rates(report),
        _saturation(report),
        _growth(report),
        _postgresql(report),
        _on_paper(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _side_by_side(report: dict[str, Any]) -> str:
    rows = []
    for mix, says in (("mix", "60 % free text, 25 % buttons, 15 % live"), ("free_text", "free text only")):
        ours, theirs = (_most(report.get(part, {}), mix) for part in ("our_most", "peer_most"))
        ratio = f"{ours / theirs:.2f}" if ours and theirs else NONE
        rows.append((f"messages a second at most, {says}", _number(ours), _number(theirs), ratio))
    ours, theirs = report.get("our_rates", {}), report.get("peer_rates", {})
    start = ours.get("start_seconds", {})
    rows.append(
        (
            "seconds to start",
            f"{start.get('program', NONE)}, intent service {start.get('intent_service', NONE)}",
            _text(theirs, "start_seconds"),
            "",
        )
    )
    memory = ours.get("megabytes", {})
    both = " + ".join(str(one["most"]) for one in memory.values()) or NONE
    rows.append(("MB at most (program + intent service)", both, _text(theirs, "megabytes", "most"), ""))
    return _rows("Side by side", ("", "ours", "Rasa as a whole bot", "ratio"), rows)


def _rates(report: dict[str, Any]) -> str:
    rows = []
    for name, part in (("ours", "our_rates"), ("Rasa", "peer_rates")):
        for key, one in report.get(part, {}).items():
            if key.startswith("at_") and "latency_ms" in one:
                rows.append(
                    (f"{one['asked_per_second']:g}/s, {name}", *_spread(one), *_costs(one), str(one["unanswered"] + one["nobody_free"]))
                )
    danger = report.get("our_rates", {}).get("disclosure_ms")
    found = _rows(
        "Milliseconds from Send to the answer, beyond the wait for more words", ("", "p50", "p95", "p99", *COSTS, "not answered"), rows
    )
    if danger and danger.get("to_alert"):
        case, alert = (" / ".join(str(danger[what][at]) for at in ("p50", "p95", "p99")) for what in ("to_case", "to_alert"))
        found += f"\n\nDisclosures beside 30/s: {danger['alerted']} of {danger['disclosures']} alerted; to the case {case} ms, to the alert {alert} ms."
    return found


def _saturation(report: dict[str, Any]) -> str:
    rows = [
        (f"{name}, {mix.replace('_', ' ')}, {one['clients']} wait", str(one["messages_per_second"]), *_spread(one), *_costs(one))
        for name, part in (("ours", "our_most"), ("Rasa", "peer_most"))
        for mix in ("mix", "free_text")
        for one in report.get(part, {}).get(mix, ())
    ]
    return _rows("As many as it can", ("", "messages/s", "p50", "p95", "p99", *COSTS), rows)


def _growth(report: dict[str, Any]) -> str:
    cost = report.get("cost")
    if not cost:
        return ""
    turn = cost["turn"]
    rows = [
        *_sized("ours, {} messages in the conversation", turn["by_conversation_length"]),
        *_sized("ours, a fetch of the page, {} messages in the conversation", cost["fetching"]),
        *_sized("ours, {} messages stored", turn["by_stored_messages"]),
    ]
    for one in cost["risk_check_by_phrases"]:
        rows.append((f"ours, {one['phrases']:,} phrases", f"{one['p50']} ms", "the check for danger alone"))  # noqa: PERF401 - reads better
    for length, ms in report.get("peer_most", {}).get("ms_by_conversation_length", {}).items():
        rows.append((f"Rasa, {length} messages in the conversation", f"{ms} ms", "whole answer over HTTP"))
    for kind, one in turn["by_kind"].items():
        rows.append(
            (f"ours, {kind.replace('_', ' ')}", f"{one['cpu_ms']} ms CPU", f"{one['statements']} statements, {one['commits']} commits")
        )
    for stage, share in turn["share_of_stages_percent"].items():
        rows.append((f"share of {stage}", f"{share} %", ""))
    return _rows("What a message costs the program, without the intent service, against what grows", ("", "median", ""), rows)


def _sized(says: str, sizes: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    return [(says.format(size), f"{one['p50_ms']} ms", f"{one['steps']} steps of SQLite") for size, one in sizes.items()]


def _postgresql(report: dict[str, Any]) -> str:
    part = report.get("on_postgresql", {})
    rows = [(f"{one['clients']} wait", str(one["messages_per_second"]), *_spread(one), *_costs(one)) for one in part.get("mix", ())]
    rows += [("30/s", "30", *_spread(part["at_30"]), *_costs(part["at_30"]))] if part else []
    return _rows("PostgreSQL, which waits for its disk", ("", "messages/s", "p50", "p95", "p99", *COSTS), rows)


def _workers(report: dict[str, Any]) -> str:
    part = {number: one for number, one in report.get("workers", {}).items() if number.isdigit()}
    one_worker = part.get("1", {}).get("messages_per_second")
    rows = []
    for number, one in part.items():
        cost = one["cpu_ms_per_message"]
        turns = round(sum(ms for name, ms in cost.items() if name.startswith("worker")), 2)
        ratio = f"{one['messages_per_second'] / one_worker:.2f}" if one_worker else NONE
        rows.append((number, str(one["messages_per_second"]), ratio, *_spread(one), str(turns), str(cost["program"])))
    head = ("workers", "messages/s", "against 1", "p50", "p95", "p99", "workers, ms CPU", "the rest, ms CPU")
    return _rows("Workers that make the turns, on PostgreSQL, with an intent service that costs nothing", head, rows)


def _on_paper(report: dict[str, Any]) -> str:
    needs = ((name, paper.need(report.get(part, {}).get("mix", []))) for name, part in (("ours", "our_most"), ("Rasa", "peer_most")))
    rows = [(name, *(f"{one:,}" for one in (each.program, each.intents, each.machines, each.pounds))) for name, each in needs if each]
    head = ("", "processors for the program", "for the intent service", "machines like this one", "£ a month for processors")
    return _rows(f"On paper: {paper.PEAK:,} messages a second, at half load", head, rows)


COSTS = ("program, ms CPU", "intents, ms CPU", "generator, ms CPU", "others, cores")


def _costs(one: dict[str, Any]) -> tuple[str, ...]:
    cost = one["cpu_ms_per_message"]
    return (*(str(cost.get(name, NONE)) for name in ("program", "intent_service", "generator")), str(one["cores_used_by_others"]))


def _spread(one: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(one["latency_ms"].get("all", {}).get(at, NONE)) for at in ("p50", "p95", "p99"))


def _most(part: dict[str, Any], mix: str) -> float:
    return max((one["messages_per_second"] for one in part.get(mix, ())), default=0.0)


def _number(value: float) -> str:
    return f"{value:.1f}" if value else NONE


def _text(part: dict[str, Any], *keys: str) -> str:
    value: Any = part
    for key in keys:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    return str(value) if value != {} else NONE


def _rows(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [" | ".join(row) for row in (head, tuple("---" for _ in head), *rows)]
    return f"## {title}\n\n" + "\n".join(f"| {line} |" for line in lines)
