"""The dashboard and the alert rules ask for figures that the program gives, and each alert leads to what is to be done."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.heartbeat import Heartbeat
from bot.wiring import Program
from tests.test_docs import ROOT

MONITORING = ROOT / "scripts" / "deploy"
RULES = [rule for group in yaml.safe_load((MONITORING / "prometheus" / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
SCRAPED = yaml.safe_load((MONITORING / "prometheus" / "scrape.yml").read_text())["scrape_configs"][0]
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "grafana" / "breakwater.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SHOWN = [target["expr"] for panel in PANELS for target in panel["targets"]]
NOT_SHOWN = {"breakwater_intent_seconds_sum"}
"""Figures that no panel shows: a mean hides what waiting is like."""
WIDTH = 24


@pytest.fixture
async def given(program: Program) -> dict[str, set[tuple[str, str]]]:
    """Every figure of a program with everything switched on, and its labels."""
    program.metrics.heart = Heartbeat("beat")
    samples = [one for family in text_string_to_metric_families((await program.metrics.text()).decode()) for one in family.samples]
    found: dict[str, set[tuple[str, str]]] = {}
    for one in samples:
        found.setdefault(one.name, set()).update(one.labels.items())
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


def named(expressions: list[str]) -> set[str]:
    return {name for text in expressions for name in re.findall(r"\bbreakwater_\w+", text)}


def test_every_figure_that_is_asked_for_is_given(given: dict[str, set[tuple[str, str]]]) -> None:
    asked = [*SHOWN, *(rule["expr"] for rule in RULES)]
    assert named(asked) <= set(given)
    for text in asked:
        for name, selector in re.findall(r"\b(breakwater_\w+)\{([^}]*)\}", text):
            assert set(re.findall(r'(\w+)="([^"]*)"', selector)) <= given[name], text


def test_every_figure_is_shown_and_has_an_alert(given: dict[str, set[tuple[str, str]]]) -> None:
    assert set(given) - named(SHOWN) == NOT_SHOWN
    assert set(given) - named([rule["expr"] for rule in RULES]) == NOT_SHOWN


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_leads_to_a_run_book(rule: dict[str, Any]) -> None:
    assert rule["labels"] in ({"severity": "ring"}, {"severity": "look"})
    assert rule["annotations"]["summary"].endswith(".")
    path, _, heading = rule["annotations"]["run_book"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.M)
    assert heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_the_alert_that_the_program_is_gone_is_about_what_is_scraped() -> None:
    [gone] = [rule for rule in RULES if rule["alert"] == "BreakwaterGone"]
    assert f'up{{job="{SCRAPED["job_name"]}"}}' in gone["expr"]
    assert "credentials_file" in SCRAPED["authorization"], "the token stands in no file that is shared"


def test_alerts_ring_when_the_documents_say_so() -> None:
    told = dict(re.findall(r"^\| `(breakwater_\w+)` \|[^|]*\| ([^|]*) \|", (ROOT / "docs" / "operations.md").read_text(), re.M))
    for name, when in told.items():
        rules = " ".join(rule["expr"] for rule in RULES if re.search(rf"\b{name}(_bucket|_count)?\b", rule["expr"]))
        for number in re.findall(r"over (\d+)", when):
            assert f"> {number}" in rules, f"{name}: {when}"


def test_panels_lie_beside_each_other_and_none_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and max(x for x, _ in cells) < WIDTH, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_panel_says_what_it_shows_and_asks_the_chosen_installations() -> None:
    assert all(panel["description"].endswith(".") for panel in PANELS)
    assert all('installation=~"$installation"' in text for text in SHOWN)
    assert {"source", "installation"} == {one["name"] for one in DASHBOARD["templating"]["list"]}
    assert "installation" in SCRAPED["static_configs"][0]["labels"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not here")
def test_prometheus_takes_the_rules_and_they_ring_when_they_should() -> None:
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run(["promtool", *words], cwd=MONITORING / "prometheus", capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
