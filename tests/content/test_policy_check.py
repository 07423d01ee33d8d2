"""A bad value in a policy is found by the check, with file, line and what to do, before the program is started with it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.policy_check import policy_problems
from content.editorial.check import check
from content.editorial.library import CONTENT

FAULTS = [
    ("a step that tells what nobody wrote", "escalation.yml", "tell: nobody_yet}", "tell: nobody_cares}", "there is no 'nobody_cares' in messages/hand_over.yml; use a name that is there"),
    ("a promise that never ends", "escalation.yml", "{minutes: 15, least: 5, most: 25}", "{minutes: 35, least: 5, most: 25}", "promises.concern: least, minutes and most go up in this order; correct it"),
    ("nobody owns up to a broken promise", "escalation.yml", "- {late: 0, alert: lead, tell: still_waiting}", "- {late: 0, alert: lead}", "steps: concern: a step with `late: 0` tells that the promise was broken; correct it"),
    ("a group that nobody is in", "escalation.yml", "alert: backup}", "alert: police}", "steps.concern.2.alert: Input should be 'on_duty', 'backup', 'lead' or 'outside'; correct it"),
    ("a level too few", "escalation.yml", "again_minutes: {concern: 60, urgent: 30, immediate: 15}", "again_minutes: {concern: 60}", "again_minutes: needs concern, urgent and immediate; correct it"),
    ("silence for longer than was promised", "escalation.yml", "urgent:    {remind: 4, give_up: 8}", "urgent:    {remind: 4, give_up: 80}", "quiet: urgent: nobody waits longer"),
    ("a name that is misspelt", "escalation.yml", "pause_minutes:", "pause_minuets:", "pause_minuets is not a known field; check its spelling, or take it out"),
    ("a check-in after no days at all", "ending.yml", "[3, 7, 14]", "[0, 7, 14]", "check_in_days.0: Input should be greater than or equal to 1; correct it"),
    ("hours that are none", "ending.yml", "09:00-12:00", "9 to 12", "safe_hours: '9 to 12' is no stretch of one day: write it like 16:00-19:00; correct it"),
    ("hours that end before they begin", "ending.yml", "19:00-21:00", "21:00-19:00", "'21:00-19:00' is no stretch of one day"),
    ("a level that does not exist", "ending.yml", "from_level: urgent", "from_level: bad", "debrief.from_level: there is no level 'bad': use one of"),
    ("a category that does not exist", "ending.yml", "fgm, trafficking]", "fgm, trafficing]", "there is no 'trafficing' in taxonomy.yml; use a name that is there"),
    ("a form that is no form", "form.yml", "sections:", "sektions:", "sections is missing; add it"),
]  # fmt: skip


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT / "policy", tmp_path / "policy")
    shutil.copytree(CONTENT / "messages", tmp_path / "messages")
    shutil.copy(CONTENT / "taxonomy.yml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("fault", "file", "old", "new", "said"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_the_check_catches(fault: str, file: str, old: str, new: str, said: str, policies: Path) -> None:
    assert policy_problems(policies) == []
    path = policies / "policy" / file
    before, _, after = path.read_text(encoding="utf-8").partition(old)
    path.write_text(before + new + after, encoding="utf-8")
    hits = [problem for problem in policy_problems(policies) if said in f"{problem.what}; {problem.to_do}"]
    assert hits, f"{fault}: not found among {[str(problem) for problem in policy_problems(policies)]}"
    assert {(hit.file, hit.severity) for hit in hits} == {(path, "error")}


def test_the_line_is_that_of_the_bad_value(policies: Path) -> None:
    path = policies / "policy" / "escalation.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("tell: nobody_yet}", "tell: nobody_cares}"), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [lines[problem.line - 1].strip() for problem in policy_problems(policies)] == [
        "- {after: 720, tell: nobody_cares}",
        "- {after: 240, tell: nobody_cares}",
    ]


@pytest.mark.parametrize("file", ["escalation.yml", "ending.yml", "form.yml", "duties.yml", "sharing.yml"])
def test_a_policy_that_is_missing_is_an_error(file: str, policies: Path) -> None:
    (policies / "policy" / file).unlink()
    [problem] = policy_problems(policies)
    assert (problem.file.name, problem.severity, "cannot be read" in problem.what) == (file, "error", True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("00:00 to 24:00", "00:00 to 25:00", "is no stretch of a day: write it like 09:00 to 17:00"),
        ("closures: []", "closures: [{from: 2026-12-26, until: 2026-12-25, why: Christmas}]", "until must not be before from"),
        ("level: concern", "level: worried", "Input should be 'concern', 'urgent' or 'immediate'"),
        ("warn_hours_ahead: [168, 24]", "warn_hours_ahead: []", "warn_hours_ahead: "),
        ("  pl: Polski", "  Polish: Polski", "languages.Polish"),
    ],
)
def test_opening_hours_that_nobody_could_keep_are_an_error(old: str, new: str, said: str, policies: Path) -> None:
    path = policies / "policy" / "rota.yml"
    before, _, after = path.read_text(encoding="utf-8").rpartition(old)
    path.write_text(before + new + after, encoding="utf-8")
    shutil.copytree(CONTENT / "risk_phrases", policies / "risk_phrases")
    hits = [problem for problem in check(policies, today=date(2026, 11, 21)) if problem.file == path]
    assert [(problem.severity, said in problem.what) for problem in hits] == [("error", True)]
