"""What a changed file has to pass before it is published: the written conversations, and what the phrases notice."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bot.desk.checks.gates import check_changes
from bot.desk.checks.gates_aside import check_aside
from bot.desk.checks.noticing_again import MOST_LISTED, Read, compare, examples, findings
from bot.desk.checks.rehearsing import touched
from bot.desk.phrases.messages import Example
from bot.rehearsal.stage import service_of, stage, talks
from content.editorial.edition import laid_out, text_of
from content.editorial.library import CONTENT, Library, load
from nlu.noticing import Noticing
from nlu.understanding import Level


def text(key: str) -> str:
    found = text_of({}, key)
    assert found
    return found


SCRIPT = "guidance/relationships/consent.yml"
PHRASES = "risk_phrases/criminal_exploitation.yml"
HARM = Example("going cunch tmrw", Level.CONCERN, "criminal_exploitation")


def ignored(done: int, of: int, what: str) -> None:
    """Nobody watches."""


def test_words_that_a_conversation_expects_block_and_the_conversation_is_named_with_what_to_do() -> None:
    """Tried as the desk does it: in a process of its own."""
    seen: list[tuple[int, int, str]] = []
    key = "guidance/conversation/goodbye.yml"
    changed = {key: text(key).replace("Bye for now", "See you")}
    [found] = check_aside(changed, [key], on_progress=lambda done, of, what: seen.append((done, of, what)))
    assert (found.file.as_posix(), found.severity) == (key, "error")
    assert "“Thanks and goodbye are met kindly and keep nobody” (dialogues/guidance.yml)" in found.what
    assert "step 3 (says: bye): expected 'Bye for now' in 'See you" in found.what
    assert "change the words back" in found.to_do
    assert seen == [(0, 1, "conversations"), (1, 1, "conversations")]


def test_a_conversation_that_failed_before_the_change_is_told_and_does_not_block() -> None:
    key = "guidance/exploitation_and_harm/county_lines.yml"
    changed = {key: text(key).replace("gangs use young people", "people use young people")}
    [found] = check_changes(changed, [key], before=changed)
    assert found.severity == "warning"
    assert found.what.startswith("it did not before this change either")


def test_an_unchanged_file_passes() -> None:
    key = "guidance/conversation/goodbye.yml"
    assert check_changes({key: text(key)}, [key]) == []


def test_of_a_script_those_conversations_are_played_that_name_it_lead_to_it_or_expect_its_words(words: Library) -> None:
    written = talks(CONTENT)
    chosen = {talk.name for talk in touched(written, (words,), SCRIPT)}
    assert "A question about consent gets an answer, and nobody is alerted" in chosen
    assert len(chosen) < len(written) / 10
    assert touched(written, (words,), "messages/emergency.yml") == written
    assert touched(written, (words,), "canned_replies/closing.yml") == []


TIMES, HOURS = "policy/escalation.yml", "policy/rota.yml"
LATER = re.sub(r"minutes: (\d+)", lambda found: f"minutes: {int(found[1]) + 2}", text(TIMES))
CLOSED = text(HOURS).replace("[00:00 to 24:00]", '["16:00 to 22:00"]')


def test_an_organisation_may_promise_other_times_and_nothing_else_may_change_by_it(noticing: Noticing) -> None:
    written = talks(CONTENT)
    chosen = touched(written, (), TIMES)
    assert 0 < len(chosen) < len(written)
    assert not any(talk.waits for talk in chosen)
    talk = next(one for one in chosen if one.name == "Only that someone wants to talk is all that is shared")
    with laid_out({TIMES: LATER}) as folder, stage() as played:
        service = service_of(folder)
        assert "expected 'They should write to you here by 10:15'" in played.play(talk, service, noticing)
        assert played.play(talk, service, noticing, any_time=True) == ""


def test_words_are_tried_in_the_service_that_the_conversations_are_written_for_whatever_the_opening_hours() -> None:
    """Else nobody would be on duty in most of them, they would fail before and after, and nothing would block any more."""
    key = "guidance/conversation/goodbye.yml"
    before = {HOURS: CLOSED, TIMES: LATER}
    [found] = check_changes({**before, key: text(key).replace("Bye for now", "See you")}, [key], before=before)
    assert found.severity == "error"
    assert check_changes(before, [HOURS]) == []


def test_of_helplines_those_conversations_are_played_that_name_one_and_none_where_only_a_date_is_new(words: Library) -> None:
    key, written = "helplines/uk.yml", talks(CONTENT)
    with laid_out({key: text(key).replace("0800 1111", "0800 2222")}) as folder:
        chosen = touched(written, (words, load(folder)), key)
    assert 0 < len(chosen) < len(written) / 2
    assert all("Childline" in str(talk.data) for talk in chosen if "0800 1111" in str(talk.data))
    with laid_out({key: re.sub(r"checked_on: [-0-9]+", "checked_on: 2026-11-22", text(key))}) as folder:
        assert touched(written, (words, load(folder)), key) == []


def test_of_several_changed_files_each_problem_names_the_one_that_can_have_made_it() -> None:
    key, other = "guidance/conversation/goodbye.yml", "guidance/conversation/thanks.yml"
    changed = {key: text(key).replace("Bye for now", "See you"), other: text(other)}
    [found] = check_changes(changed, [other, key])
    assert found.file.as_posix() == key


def test_a_conversation_fails_also_where_python_runs_without_its_assertions() -> None:
    again = "from bot.rehearsal.failed import must\nmust(False, 'expected something else')"
    ended = subprocess.run([sys.executable, "-O", "-c", again], cwd=CONTENT.parent, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "Failed: expected something else" in ended.stderr


def test_phrases_that_are_taken_out_are_lost_by_sentence(noticing: Noticing) -> None:
    changed = text(PHRASES)
    first, second = changed.index("- id:"), changed.index("- id:", changed.index("- id:") + 1)
    with laid_out({PHRASES: changed[:first] + changed[second:]}) as folder:
        after = Noticing.load(folder)
    read = compare(noticing, after, [HARM, Example("what is county lines", Level.NONE, "")], ignored)
    assert (read[0].before, read[0].after) == (Level.CONCERN, Level.NONE)
    [found] = findings(read, PHRASES)
    assert found.what == "“going cunch tmrw” (criminal exploitation) tells of harm, and nobody would be offered an adult on it any more"
    assert found.severity == "error"


def test_an_urgent_sentence_that_is_lost_blocks_even_where_the_share_hardly_falls() -> None:
    urgent = Example("they said they will stab me", Level.URGENT, "gangs_violence")
    kept = [Read(Example(f"kept {number}", Level.URGENT, "gangs_violence"), Level.URGENT, Level.URGENT) for number in range(500)]
    [found] = findings([*kept, Read(urgent, Level.URGENT, Level.CONCERN)], PHRASES)
    assert "tells of urgent harm, was noticed so, and is not any more" in found.what


def test_one_of_many_sentences_may_be_lost_where_another_is_won() -> None:
    many = [Read(HARM, Level.CONCERN, Level.CONCERN)] * 100
    assert list(findings([*many, Read(HARM, Level.CONCERN, Level.WORRY), Read(HARM, Level.NONE, Level.CONCERN)], PHRASES)) == []


def test_at_most_twenty_sentences_are_listed_and_the_others_counted() -> None:
    lost = [Read(Example(f"sentence {number}", Level.CONCERN, "missing"), Level.CONCERN, Level.NONE) for number in range(33)]
    found = list(findings(lost, PHRASES))
    assert len(found) == MOST_LISTED + 1
    assert found[-1].what.startswith("13 more messages like this")


@pytest.mark.parametrize(("more", "blocks"), [(1, False), (3, True)])
def test_more_false_alarms_block_from_one_in_a_thousand_on(more: int, blocks: bool) -> None:
    calm = Example("lol my mum will kill me", Level.NONE, "")
    quiet, alarms = [Read(calm, Level.NONE, Level.NONE)] * 1998, [Read(calm, Level.NONE, Level.CONCERN)] * more
    assert bool(list(findings([*quiet, *alarms], PHRASES))) is blocks


def test_the_examples_are_the_labelled_training_messages_and_never_those_that_judge() -> None:
    found = examples(CONTENT)
    assert len(found) > 20_000
    assert {one.level for one in found} == {Level.NONE, Level.CONCERN, Level.URGENT, Level.IMMEDIATE}
    assert all(one.category for one in found if one.level)
