"""The check finds scripts that lead nowhere, forget somebody, or state what nobody has confirmed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.editorial import library
from content.editorial.reading import ContentError
from tests.content.conftest import Change, Check

SCRIPT = "guidance/wellbeing/sleep.yml"
STEP = "What keeps you up?"
SIGN = "{name: Jo Hart, on: 2026-11-20}"
SIGNED = f"status: signed_off\nsign_off: {{editor: {SIGN}, safeguarding_lead: {SIGN}, youth_panel: {SIGN}}}"
BACK = '    buttons:\n    - {label: Back, go: start}\n    - {label: More about sleep, go: "topic:sleep"}\n'


def found_in(found: Check, words: str, **given: object) -> list[tuple[str, int, str]]:
    return [(problem.severity, problem.line, problem.what) for problem in found(**given) if words in problem.what]


def line(folder: Path, start: str) -> int:
    return next(number for number, text in enumerate((folder / SCRIPT).read_text().splitlines(), start=1) if text.startswith(start))


def test_a_dead_end_is_found(folder: Path, change: Change, found: Check) -> None:
    assert not found_in(found, "dead end")
    change(SCRIPT, BACK, "")
    assert found_in(found, "dead end") == [("error", line(folder, "  thoughts:"), "the step 'thoughts' is a dead end")]


def test_a_circle_that_nobody_gets_out_of_is_found(change: Change, found: Check) -> None:
    assert not found_in(found, "circle")
    change(SCRIPT, '    - {label: More about sleep, go: "topic:sleep"}\n', "")
    assert not found_in(found, "circle"), "from the first step one can still talk to a person"
    change(SCRIPT, '    - {label: Talk to a person, go: "do:talk"}\n', "")
    assert len(found_in(found, "nobody gets out of the step")) == 2


def test_steps_that_only_lead_to_each_other_are_not_reached(change: Change, found: Check) -> None:
    change(SCRIPT, "", "  one: {say: [One.], buttons: [{label: On, go: two}]}\n  two: {say: [Two.], buttons: [{label: Back, go: one}]}\n")
    assert [(severity, what) for severity, _, what in found_in(found, "no button leads")] == [
        ("warning", "no button leads to the step 'one'"),
        ("warning", "no button leads to the step 'two'"),
    ]


def test_a_scene_has_a_choice_for_those_who_are_not_sure(change: Change, found: Check) -> None:
    change(SCRIPT, "  start:\n", "  start:\n    piece: what_would_you_do\n")
    assert [severity for severity, _, _ in found_in(found, "no choice for those who don't know")] == ["error"]
    change(SCRIPT, "label: My thoughts", 'label: "Not sure"')
    assert not found_in(found, "no choice for those who don't know")


def test_a_scene_may_have_four_choices_and_an_answer_three(change: Change, found: Check) -> None:
    change(SCRIPT, "    - {label: My thoughts, go: thoughts}\n", "    - {label: Not sure, go: thoughts}\n" * 3)
    assert [severity for severity, _, _ in found_in(found, "4 buttons")] == ["warning"]
    change(SCRIPT, "  start:\n", "  start:\n    piece: what_would_you_do\n")
    assert not found_in(found, "buttons")


def test_a_topic_whose_answer_depends_on_age_has_words_for_each_age(folder: Path, change: Change, found: Check) -> None:
    assert not found_in(found, "no words for the ages")
    change(SCRIPT, "topic: sleep", "topic: images_shared")
    [(severity, _, what)] = found_in(found, "no words for the ages")
    assert (severity, what.startswith("no words for the ages under_13, 18_25: ")) == ("error", True)
    change(SCRIPT, "    easy:", '    under_13: [Some children lie awake.]\n    "18_25": [Some adults lie awake.]\n    easy:')
    assert not found_in(found, "no words for the ages")


@pytest.mark.parametrize(("kind", "who"), [("law", "a lawyer"), ("health", "a nurse")])
def test_what_is_said_on_law_and_health_is_confirmed_by_somebody(kind: str, who: str, folder: Path, change: Change, found: Check) -> None:
    change(SCRIPT, "  start:\n", f"  start:\n    states: {kind}\n    nation: uk\n")
    what = f"scripts state facts that nobody has confirmed: on {kind} in 1 (ask {who})"
    assert found_in(found, "confirmed") == [("warning", line(folder, "    states:"), what)]
    change(SCRIPT, "    nation: uk\n", "    nation: uk\n    checked_on: 2026-11-20\n")
    assert not found_in(found, "confirmed")


def test_drafts_whose_facts_wait_are_one_line_and_a_script_that_may_be_said_has_its_own(folder: Path, change: Change, found: Check) -> None:
    change(SCRIPT, "  start:\n", "  start:\n    states: law\n")
    change(SCRIPT, "  thoughts:\n", "  thoughts:\n    states: health\n")
    both = "scripts state facts that nobody has confirmed: on law in 1 (ask a lawyer), on health in 1 (ask a nurse)"
    assert [what for _, _, what in found_in(found, "confirmed")] == [both]
    change(SCRIPT, "status: draft", SIGNED)
    assert [what for _, _, what in found_in(found, "confirmed")] == [
        "it is signed off, and a lawyer has not confirmed what is said on law in start",
        "it is signed off, and a nurse has not confirmed what is said on health in thoughts",
    ]


def test_a_fact_that_was_confirmed_long_ago_is_named_and_one_of_the_future_refused(change: Change, found: Check) -> None:
    change(SCRIPT, "  start:\n", "  start:\n    states: law\n    checked_on: 2025-11-21\n")
    assert not found_in(found, "last confirmed")
    assert [severity for severity, _, _ in found_in(found, "was last confirmed on 2025-11-21", today=date(2026, 11, 22))] == ["warning"]
    change(SCRIPT, "2025-11-21", "2026-12-24")
    assert [severity for severity, _, _ in found_in(found, "the step 'start' was checked in the future")] == ["error"]


def test_two_files_for_one_topic_are_named_and_neither_is_served(folder: Path, found: Check) -> None:
    assert not found_in(found, "another file")
    (folder / "guidance" / "relationships").mkdir()
    (folder / "guidance" / "relationships" / "sleep.yml").write_text((folder / SCRIPT).read_text())
    assert [what for _, _, what in found_in(found, "another file")] == ["sleep has another file already, guidance/relationships/sleep.yml"]
    with pytest.raises(ContentError, match="2 files are about the topic 'sleep'; keep one of them"):
        library.load(folder)


def test_a_file_that_nothing_reads_is_named(folder: Path, found: Check) -> None:
    assert not found_in(found, "nothing reads")
    (folder / "guidance" / "wellbeing" / "anger.yaml").write_text("topic: anger\n")
    assert [severity for severity, _, _ in found_in(found, "nothing reads anger.yaml")] == ["error"]


def test_a_step_that_is_there_twice_is_named_at_its_second_place(folder: Path, change: Change, found: Check) -> None:
    change(SCRIPT, "", "  thoughts:\n    say: [You could call someone.]\n")
    assert found_in(found, "is there twice") == [
        ("error", len((folder / SCRIPT).read_text().splitlines()) - 1, "'thoughts' is there twice, and only one would count")
    ]
