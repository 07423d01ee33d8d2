"""The wording rules, as young people would meet a breach of them, and the shipped words, which keep every rule."""

from __future__ import annotations

import re

import pytest

from bot import content_check
from content.editorial.library import CONTENT, Library
from content.editorial.numbers_check import numbers_in
from content.editorial.shelf import read_shelf
from content.editorial.words_check import reading_grade
from tests.content.conftest import Change, Check

SCRIPT, CRISIS, LINES = "guidance/wellbeing/sleep.yml", "crisis/suicide.yml", "helplines/uk.yml"
STEP = "What keeps you up?"
CANT_SEE, CANT_CALL = "can't see who or where you are", "can't call 999"


def complaints(found: Check, rule: str) -> list[str]:
    return [problem.what for problem in found() if rule in problem.what]


@pytest.mark.rule("S11")
@pytest.mark.parametrize(
    "promise",
    [
        "Your secret is safe with me.",
        "This stays between you and me.",
        "This is 100% confidential.",
        "I won't tell anyone.",
        "We will never tell your school.",
        "I’ll never tell a soul.",
        "Nobody will ever know.",
        "No one can see this.",
        "I promise not to pass it on.",
    ],
)
def test_a_promise_of_secrecy_is_caught(promise: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, f'"{promise}"')
    assert complaints(found, "S11")


@pytest.mark.rule("S11")
@pytest.mark.parametrize(
    "said", ["Someone may say “it's our secret”. You can still tell.", "Nobody here may promise to keep it all to themselves."]
)
def test_what_others_say_about_secrets_may_be_quoted(said: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, said)
    assert not complaints(found, "S11")


@pytest.mark.rule("S11")
def test_an_apostrophe_is_no_quotation_mark(change: Change, found: Check) -> None:
    change(SCRIPT, STEP, "I'll keep this secret, it is all my friends' secret.")
    assert complaints(found, "S11")


@pytest.mark.rule("S41")
@pytest.mark.parametrize(
    "asking", ["Send me a photo of it.", "Can you share a screenshot?", "Please upload the picture here.", "You can show us the video."]
)
def test_asking_for_an_image_is_caught_in_scripts_and_in_canned_replies(asking: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, asking)
    change("canned_replies/first.yml", "Hi, I'm here now.", asking)
    assert len(complaints(found, "S41")) == 2


@pytest.mark.rule("S41")
def test_a_script_may_speak_of_somebody_who_asks_for_one(change: Change, found: Check) -> None:
    change(SCRIPT, STEP, "If someone asks “can you send me a pic?”, you can say no. You don't have to send pictures.")
    assert not complaints(found, "S41")


@pytest.mark.rule("S48")
@pytest.mark.parametrize("word", ["safeguarding", "the lead", "a flag", "flagged", "disclosure", "escalate"])
def test_staff_words_are_caught_where_young_people_read_them(word: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, f"That is {word} for us.")
    assert complaints(found, "S48")


@pytest.mark.rule("S48")
def test_staff_may_read_staff_words_and_leading_is_no_lead(change: Change, found: Check) -> None:
    change(CRISIS, "Suicidal thoughts were spoken of", "A disclosure for the safeguarding lead")
    change(SCRIPT, STEP, "You are in the leading role, like a flagpole.")
    assert not complaints(found, "S48")


@pytest.mark.rule("S50")
@pytest.mark.parametrize(
    "said", ["They commit suicide.", "It was a failed attempt.", "Take 3 tablets.", "A razor blade can hurt.", "Put the bleach away."]
)
def test_methods_and_stigma_are_caught(said: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, said)
    assert complaints(found, "S50")


@pytest.mark.rule("S53")
@pytest.mark.parametrize("said", ["Help is on its way.", "We've called an ambulance.", "The police are coming."])
def test_a_promise_that_help_is_coming_is_caught(said: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, said)
    assert complaints(found, "S53")


@pytest.mark.rule("S57")
def test_advice_to_block_someone_needs_the_question_what_would_happen_next(change: Change, found: Check) -> None:
    change(SCRIPT, "topic: sleep", "topic: phone_checking")
    change(SCRIPT, "You could write the thought down", "You could block them")
    assert complaints(found, "phone_checking/thoughts: say does not say")
    change(SCRIPT, STEP, "If you did something, what would happen next?")
    assert not complaints(found, "phone_checking/thoughts: say does not say")


@pytest.mark.rule("S59")
@pytest.mark.parametrize(
    "said",
    [
        "Press 55.",
        "Press 55 on a mobile when you are asked to. They will find you.",
        "Call 999 and press 55 when asked. It doesn't tell them where you are.",
        "You can text 999.",
    ],
)
def test_half_a_truth_about_999_is_caught(said: str, change: Change, found: Check) -> None:
    change(CRISIS, "You don't have to carry this alone.", said)
    assert complaints(found, "S59")


@pytest.mark.rule("S89")
@pytest.mark.parametrize("said", ["being gay", "my pregnancy", "my faith", "my visa", "my eating"])
def test_a_default_summary_leaves_out_who_somebody_is(said: str, change: Change, found: Check) -> None:
    change(CRISIS, "plain: not wanting to be alive", f"plain: {said}")
    assert complaints(found, "S89")


@pytest.mark.rule("S26")
def test_a_script_about_forced_marriage_never_points_to_the_family(change: Change, found: Check) -> None:
    change(CRISIS, "category: suicide", "category: forced_marriage")
    change(CRISIS, "You don't have to carry this alone.", "You could tell your family.")
    assert complaints(found, "S26")


def test_words_that_blame_are_caught_also_in_buttons(change: Change, found: Check) -> None:
    change(SCRIPT, "label: My thoughts", "label: My risky choices")
    assert complaints(found, "blames")


def test_longer_words_are_harder_to_read() -> None:
    assert reading_grade("You can call them. They are kind. You don't have to give your name.") < 3
    assert reading_grade("Professionals will endeavour to facilitate appropriate intervention, considering individual circumstances.") > 12


def test_the_shipped_library_has_no_error() -> None:
    errors = [str(problem) for problem in content_check.problems() if problem.severity == "error"]
    assert not errors, "\n".join(errors)


@pytest.mark.rule("S53")
def test_in_every_emergency_the_bot_says_what_it_cannot_do(words: Library) -> None:
    ids = ["told_adult", "told_nobody", "safe_yes", "safe_no", "while_live"]
    for message in [words.message(f"emergency.{id}") for id in ids] + [words.message("conversation.outage")]:
        for said in (" ".join(message.say), " ".join(message.easy)):
            assert CANT_SEE in said
            assert CANT_CALL in said


@pytest.mark.rule("S59")
def test_the_shipped_999_text_is_exact(words: Library) -> None:
    message = words.message("emergency.call_999")
    for said in (*message.say, *message.easy):
        assert re.search(r"999.*A&E.*from a mobile.*press 55 when.*ask.*(doesn't|does not) tell them where you are", said, re.I | re.S)
        assert re.search(r"Texting 999 only works if your phone was registered before", said)


@pytest.mark.rule("S12")
def test_thoughts_of_suicide_and_a_plan_get_different_first_words(words: Library) -> None:
    for who in (words.crisis["suicide"].myself, words.crisis["suicide"].someone_else):
        assert who.urgent is not None
        assert who.immediate is not None
        assert who.urgent.say != who.immediate.say


@pytest.mark.rule("S16")
def test_a_first_response_asks_nothing() -> None:
    shelf, _ = read_shelf(CONTENT)
    assert shelf is not None
    asking = [turn.place for turn in shelf.turns() if turn.place.startswith("crisis/") and "?" in str(turn.variants)]
    assert not asking


@pytest.mark.rule("S08")
def test_no_is_as_easy_as_yes(words: Library) -> None:
    for id in ("consent.offer", "consent.offer_nobody", "consent.offer_nobody_unknown", "consent.ask_again", "consent.more"):
        labels = {button.go: button.label for button in words.message(id).buttons}
        assert {"do:offer_yes", "do:offer_no"} <= set(labels), id
        assert abs(len(labels["do:offer_yes"]) - len(labels["do:offer_no"])) <= 4, id


@pytest.mark.rule("S42")
def test_images_come_with_a_service_for_each_age(words: Library) -> None:
    named = {id: words.contact(id) for id in words.crisis["image_abuse"].help}
    assert {"report_remove", "ceop", "stopncii", "revenge_porn_helpline"} <= set(named)
    assert named["report_remove"].max_age == 17
    assert named["stopncii"].min_age == named["revenge_porn_helpline"].min_age == 18


def test_childline_is_offered_to_under_19s_only(words: Library) -> None:
    assert words.contact("childline").max_age == 18


def test_the_outage_text_needs_no_program_to_fill_it_in(words: Library) -> None:
    said = " ".join(words.message("conversation.outage").say)
    assert "{" not in said
    assert {"999", "08001111", "85258"} <= set(numbers_in(said))


@pytest.mark.parametrize(
    ("said", "plain"),
    [("Get it off your chest.", "say what is on your mind"), ("You’re on the same page.", "you agree"), ("“That takes guts.”", "is brave")],
)
def test_an_idiom_that_learners_of_english_miss_is_caught_with_plain_words(said: str, plain: str, change: Change, found: Check) -> None:
    assert not complaints(found, "learning English")
    change(SCRIPT, STEP, said)
    assert [problem.to_do for problem in found() if "learning English" in problem.what] == [f"say instead: {plain}"]


def test_parts_of_an_idiom_in_their_plain_meaning_are_fine(change: Change, found: Check) -> None:
    change(SCRIPT, STEP, "Your chest hurts. It is on the next page. The boat is full.")
    assert not complaints(found, "learning English")


@pytest.mark.parametrize(
    "said", ["<script>alert(1)</script>", "<b>Hello</b>", "<img src=x onerror=alert(1)>", "Go to javascript:alert(1).", "Hello&nbsp;you."]
)
def test_code_in_words_is_caught(said: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, f"'{said}'")
    assert complaints(found, "it is code")


@pytest.mark.parametrize("said", ["I <3 you.", "2 < 3 and 4 > 3.", "You & me.", "Java is an island."])
def test_signs_that_are_no_code_are_fine(said: str, change: Change, found: Check) -> None:
    change(SCRIPT, STEP, f"'{said}'")
    assert not complaints(found, "it is code")
