"""The content check catches what an editor can get wrong, and says where it is and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.editorial.check import check
from tests.content.conftest import TODAY, Change, Check

SCRIPT, WORDS, CRISIS = "guidance/wellbeing/sleep.yml", "messages/conversation.yml", "crisis/suicide.yml"
LINES, REPLIES, EXAMPLES = "helplines/uk.yml", "canned_replies/first.yml", "intents/sleep.yml"
LONG = "a word or two and " * 16

FAULTS = [
    ("a colon that breaks the file", SCRIPT, "title: I can't sleep", "title: sleep: help", "not valid YAML"),
    ("a day that is not there", SCRIPT, "reviewed_on: 2026-11-21", "reviewed_on: 2026-13-21", "there is no such day"),
    ("a field that is misspelt", SCRIPT, "    easy:", "    eazy:", "eazy is not a known field"),
    ("a field that is missing", SCRIPT, "topic: sleep\n", "", "topic is missing"),
    ("a file that contains itself", SCRIPT, "sources: [a source]", "sources: &x [*x]", "contains itself"),
    ("a script without a start", SCRIPT, "  start:", "  begin:", "needs a step named start"),
    ("a topic that nobody knows", SCRIPT, "topic: sleep", "topic: slep", "there is no topic 'slep'"),
    ("a topic in another topic's file", SCRIPT, "topic: sleep", "topic: anger", "anger stands in wellbeing/sleep.yml"),
    ("a title too long for a button", SCRIPT, "I can't sleep", "I can't sleep at night any more", "longer than 28"),
    ("a button to no step", SCRIPT, "go: thoughts", "go: feelings", "'feelings', which is no step here"),
    ("a button to an unknown topic", SCRIPT, "topic:sleep", "topic:slep", "topic 'slep', which does not exist"),
    ("a button the program can't do", SCRIPT, "do:talk", "do:dance", "'do:dance', which the program can't do"),
    ("a label too long for a phone", SCRIPT, "label: My thoughts", "label: " + "thoughts " * 5, "at most 32"),
    ("an unknown helpline", SCRIPT, "[samaritans]", "[samaritans, nobody]", "no helpline 'nobody'"),
    ("a helpline that must be named", CRISIS, ", papyrus]", "]", "help does not name papyrus"),
    ("an unknown risk category", CRISIS, "category: suicide", "category: sadness", "no risk category 'sadness'"),
    ("a group in another file", REPLIES, "group: first", "group: last", "name the file last.yml"),
    ("an id used twice", LINES, "id: papyrus", "id: samaritans", "'samaritans' is used twice"),
    ("a field nothing fills in", WORDS, "I'm {bot_name}.", "I'm {bot}.", "nothing fills in {bot}"),
    ("a field in a script", SCRIPT, "What keeps you up?", "What keeps you up, {name}?", "nothing fills in {name}"),
    ("a brace left open", WORDS, "I'm {bot_name}.", "I'm {bot_name.", "a brace { or } stands alone"),
    ("a turn that is too long", SCRIPT, "- What keeps you up?", f"- {LONG}\n    - {LONG}", "75 are the most"),
    ("a bubble that is too long", SCRIPT, "What keeps you up?", LONG, "45 are the most"),
    ("four bubbles", SCRIPT, "- What keeps you up?", "- A.\n    - B.\n    - C.", "at most 3 items"),
    ("a first response of two bubbles", CRISIS, "telling me. You don't have to carry", "telling me., You don't have to carry", "in one bubble"),
    ("words that are hard to read", SCRIPT, "What keeps you up?", "Psychological difficulties frequently necessitate professional intervention, notwithstanding apprehension regarding confidentiality.", "too hard to read"),
    ("a number from nowhere", SCRIPT, "What keeps you up?", "You can call 0800 555 1234.", "0800555123"),
    ("a short number from nowhere", SCRIPT, "What keeps you up?", "You can call 998.", "the number 998 is in no directory"),
    ("a helpline that can't be dialled", LINES, "0800 068 4141", "0800 068 41411111", "is not a number in the UK"),
    ("a contact that can't be reached", LINES, "call: 116 123, ", "", "at least one of call, text, web"),
    ("a review day in the future", SCRIPT, "2026-11-21", "2026-12-24", "lies in the future"),
    ("a sign-off by nobody", SCRIPT, "status: draft", "sign_off: {editor: {name: TBC, on: 2026-11-20}}\nstatus: in_review", "not a real person's"),
    ("a signed draft", SCRIPT, "status: draft", "sign_off: {editor: {name: Jo Hart, on: 2026-11-20}}\nstatus: draft", "a draft has a sign-off"),
    ("signed off by one alone", SCRIPT, "status: draft", "status: signed_off", "needs the editor's, the safeguarding lead's and the youth panel's"),
    ("a number checked in the future", LINES, "checked_on: 2026-11-21", "checked_on: 2026-12-24", "checked_on lies in the future"),
    ("an unknown training intent", EXAMPLES, "intent: sleep", "intent: slep", "no intent 'slep'"),
    ("an unknown risk level", EXAMPLES, "level: none", "level: high", "no level 'high'"),
    ("an unknown subject", EXAMPLES, "subject: self", "subject: me", "no subject 'me'"),
    ("an unknown category", EXAMPLES, "level: none", "level: worry, categories: [sad]", "no category 'sad'"),
    ("harm without a category", EXAMPLES, "level: none", "level: concern", "has no risk category"),
    ("no harm with a category", EXAMPLES, "level: none", "level: none, categories: [suicide]", "level none has risk categories"),
    ("a message twice", EXAMPLES, "why do i wake up at 3", "I can't  sleep".replace("'", ""), "also in sleep.yml:6"),
    ("a group without messages", EXAMPLES, "    - i cant sleep\n    - why do i wake up at 3\n", "", "examples"),
    ("too few messages", EXAMPLES, "", "", "sleep has 2 training messages"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "file", "old", "new", "said"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_the_check_catches(fault: str, file: str, old: str, new: str, said: str, folder: Path, change: Change, found: Check) -> None:
    change(file, old, new)
    hits = [problem for problem in found() if said in str(problem)]
    assert hits, f"{fault}: not found among {[str(problem) for problem in found()]}"
    assert {(hit.file, hit.severity) for hit in hits} == {(folder / file, "error")}
    assert all(hit.line >= 1 and hit.to_do for hit in hits)


WARNINGS = [
    ("a step that no button leads to", SCRIPT, "go: thoughts", "go: start", "no button leads to the step 'thoughts'"),
    ("a topic without a script yet", SCRIPT, "topic:sleep", "topic:anger", "anger, which has no script yet"),
    ("a number that nobody has confirmed", LINES, "confirmed_by_organisation: true", "confirmed_by_organisation: false", "1 of 2 contacts"),
    ("a number checked long ago", LINES, "checked_on: 2026-11-21", "checked_on: 2026-04-01", "samaritans was last checked on 2026-04-01"),
    ("more buttons than one takes in", SCRIPT, "    - {label: Back, go: start}\n", "    - {label: Back, go: start}\n" * 3, "4 buttons"),
    ("a turn on the long side", SCRIPT, "- What keeps you up?", "- " + "one two three. " * 14 + "\n    - " + "we can. " * 5, "about 60 are enough"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "file", "old", "new", "said"), WARNINGS, ids=[fault[0] for fault in WARNINGS])
def test_the_check_warns_of(fault: str, file: str, old: str, new: str, said: str, change: Change, found: Check) -> None:
    change(file, old, new)
    assert [problem.severity for problem in found() if said in str(problem)] == ["warning"], fault


def test_a_sound_library_has_nothing_but_too_few_training_messages(found: Check) -> None:
    assert [problem.what for problem in found()] == ["sleep has 2 training messages"]


def test_a_problem_names_the_line_of_the_step_and_what_to_do(folder: Path, change: Change, found: Check) -> None:
    change(SCRIPT, "You could write", "You are naughty. You could write")
    [problem] = [problem for problem in found() if "naughty" in problem.what]
    line = (folder / SCRIPT).read_text().splitlines().index("  thoughts:") + 1
    assert str(problem).startswith(f"{folder / SCRIPT}:{line}: error: guidance/wellbeing/sleep/thoughts: “naughty”: it talks down; say")


def test_a_review_that_is_overdue_is_an_error_from_the_next_day_on(found: Check) -> None:
    assert not [problem for problem in found(today=date(2027, 5, 21)) if "was due" in problem.what]
    assert len([problem for problem in found(today=date(2027, 5, 22)) if "was due on 2027-05-21" in problem.what]) == 4


def test_files_that_are_missing_are_named(folder: Path) -> None:
    problems = {(str(problem.file.relative_to(folder)), problem.severity) for problem in check(folder, today=TODAY)}
    assert {("crisis/fgm.yml", "error"), ("helplines/torbay.yml", "error"), ("guidance/wellbeing/anger.yml", "warning")} <= problems
    assert ("intents/anger.yml", "error") in problems


def test_a_message_that_the_program_needs_must_be_there(found: Check) -> None:
    missing = [problem.what for problem in found(needed={"conversation.limits", "conversation.menu"}) if "program needs" in problem.what]
    assert missing == ["the program needs the message 'menu'"]


def test_actions_are_known_with_and_without_their_prefix(found: Check) -> None:
    assert found(actions={"do:talk"}) == found(actions={"talk"}) == found(actions=None)


def test_a_file_that_is_no_text_is_reported_and_the_rest_is_still_checked(folder: Path, change: Change, found: Check) -> None:
    (folder / LINES).write_bytes(b"\xff\xfe\x00")
    change(SCRIPT, "You could write", "You are naughty. You could write")
    said = " ".join(problem.what for problem in found())
    assert "cannot be read" in said
    assert "naughty" in said


def test_words_that_plain_yaml_takes_for_something_else_stay_words(change: Change, found: Check) -> None:
    change(SCRIPT, "    easy:", "    18_25: [You are naughty.]\n    easy:")
    change(SCRIPT, "label: My thoughts", "label: No")
    change(SCRIPT, "status: draft", "status: in_review\nsign_off: {editor: {name: Jo Hart, on: 2026-11-20}}")
    assert [problem.what for problem in found() if problem.file.name == "sleep.yml" and "training" not in problem.what] == [
        "guidance/wellbeing/sleep/start: “naughty”: it talks down"
    ]


def test_a_file_of_risk_phrases_that_cannot_be_read_is_reported(folder: Path, found: Check) -> None:
    (folder / "risk_phrases").mkdir()
    (folder / "risk_phrases" / "words.yml").write_text("wrds: {}\n", encoding="utf-8")
    assert any(problem.file.name == "words.yml" and "wrds is not a known field" in problem.what for problem in found())


def test_opening_hours_that_cannot_be_read_are_reported(change: Change, folder: Path, found: Check) -> None:
    change("policy/rota.yml", "bank_holidays_of: england", "bank_holidays_of: france")
    assert any(problem.file.name == "rota.yml" and "'england', 'wales' or 'scotland'" in problem.what for problem in found())
    (folder / "policy" / "rota.yml").unlink()
    assert any(problem.file.name == "rota.yml" and "cannot be read" in problem.what for problem in check(folder, today=TODAY))


@pytest.mark.parametrize("file", ["taxonomy.yml", "policy/wording.yml"])
def test_without_the_ids_or_the_wording_rules_that_alone_is_reported(file: str, folder: Path) -> None:
    (folder / file).unlink()
    [problem] = check(folder, today=TODAY)
    assert problem.file == folder / file
    assert "cannot be read" in problem.what


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("Call 116 123 or 0800 1111.", ["116123", "08001111"]),
        ("Text SHOUT to 85258.", ["85258"]),
        ("From abroad, +44 20 7008 0151.", ["02070080151"]),
        ("Dial 999, then press 55.", ["999", "55"]),
        ("You're 16 or 17, and it is 2026. From 13 to 15 it's 100 % free, day 1-2-3.", []),
        ("Call 24 hours a day.", []),
    ],
)
def test_numbers_are_told_from_ages_and_years(said: str, numbers: list[str]) -> None:
    from content.editorial.numbers_check import numbers_in

    assert sorted(numbers_in(said)) == sorted(numbers)
