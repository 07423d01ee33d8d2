"""The same words mean different things in different company."""

from __future__ import annotations

import pytest

from nlu.noticing import Noticing
from nlu.understanding import Level

NONE, WORRY, CONCERN, URGENT, IMMEDIATE = Level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i hurt myself", CONCERN),
        ("i would never hurt myself", NONE),
        ("my dad hits me", URGENT),
        ("my dad doesnt hit me", NONE),
        ("my dad would never hit me", NONE),
        ("i cant stop hurting myself", URGENT),
        ("i want to kms", URGENT),
        ("kms lol this homework", NONE),
        ("i want to die lol", WORRY),
        ("i want to die lol, not joking", URGENT),
        ("this exam is killing me", NONE),
        ("dying of laughter", NONE),
        ("my mum is gonna kill me", NONE),
        ("what is grooming?", NONE),
        ("what does self harm mean, its for my essay", NONE),
        ("i want to kill myself in fortnite", NONE),
        ("in the film he hits his wife", NONE),
        ("my dad used to hit me when i was little", CONCERN),
        ("i want to die", URGENT),
        ("i used to want to die but thats all sorted, im happy now", WORRY),
    ],
)
def test_what_is_said_round_a_phrase_decides_what_it_means(noticing: Noticing, text: str, level: Level) -> None:
    assert noticing.check(text).level is level


@pytest.mark.rule("S55")
@pytest.mark.parametrize(
    "text",
    [
        "i took an overdose two weeks ago, feeling fine",
        "i took all my mums tablets",
        "my friend has taken an overdose",
        "i took 30 paracetamol do i need a doctor",
        "ive taken an overdose should i ring the doctors",
        "took a whole packet of my epilepsy meds",
        "my sister necked a whole bottle of pills",
        "i took 40 propranolol",
        "necked 20 co-codamol last night still here",
        "swallowed a full packet of zopiclone",
        "my mate took 15 nurofen for a dare",
    ],
)
def test_any_overdose_is_immediate_however_long_ago(noticing: Noticing, text: str) -> None:
    assert noticing.check(text).level is IMMEDIATE


@pytest.mark.parametrize(
    "text", ["i take 20 mg of citalopram every evening", "took 2 nurofen for my period pain", "took my piriton cos hayfever is mental"]
)
def test_a_medicine_taken_as_it_should_be_is_nothing(noticing: Noticing, text: str) -> None:
    assert noticing.check(text).level is NONE


@pytest.mark.rule("S55")
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i took a load of pills before my exam", IMMEDIATE),
        ("ive swallowed a whole box of tablets in the pe toilets", IMMEDIATE),
        ("my mate took an overdose in maths class", IMMEDIATE),
        ("i took a load of pills in this game", NONE),
        ("the film where she took an overdose after her exam", NONE),
    ],
)
def test_school_and_sport_are_real_places_where_a_life_may_be_at_risk(noticing: Noticing, text: str, level: Level) -> None:
    assert noticing.check(text).level is level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("why does dad hit mum", URGENT),
        ("can someone help hes hitting mum again", URGENT),
        ("does it count if dad slaps mum", URGENT),
        ("what if stepdad kicks mum", URGENT),
        ("why does a dad hit a mum", NONE),
        ("what is it called when someones dad hits their mum", NONE),
    ],
)
def test_a_question_about_mum_or_dad_is_no_general_question(noticing: Noticing, text: str, level: Level) -> None:
    assert noticing.check(text).level is level


@pytest.mark.rule("S54")
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("raped on saturday, im ok now", URGENT),
        ("my dad punched me last night im ok now", CONCERN),
        ("stepdad hit me today all good now", CONCERN),
    ],
)
def test_what_was_these_days_is_not_over_because_somebody_says_they_are_ok(noticing: Noticing, text: str, level: Level) -> None:
    assert noticing.check(text).level >= level
    long_over = "i used to want to die but thats all sorted, im happy now"
    assert noticing.check(long_over).level is WORRY


@pytest.mark.rule("S58")
def test_nowhere_to_sleep_tonight_is_immediate_unless_the_writer_chose_18_to_25(noticing: Noticing) -> None:
    text = "i have nowhere to sleep tonight"
    levels = {band: noticing.check(text, band).level for band in ("under_13", "13_15", "16_17", "unknown", "18_25")}
    assert levels == {"under_13": IMMEDIATE, "13_15": IMMEDIATE, "16_17": IMMEDIATE, "unknown": IMMEDIATE, "18_25": URGENT}


@pytest.mark.rule("S58")
@pytest.mark.parametrize(
    "text", ["theyre taking me to pakistan tomorrow to marry my cousin", "they are flying my sister out tomorrow for the ceremony"]
)
def test_travel_within_48_hours_for_marriage_or_cutting_is_immediate(noticing: Noticing, text: str) -> None:
    assert noticing.check(text).level is IMMEDIATE


@pytest.mark.rule("S54")
def test_sexual_assault_in_the_last_days_is_urgent(noticing: Noticing) -> None:
    assert noticing.check("i was raped on saturday").level >= URGENT


@pytest.mark.rule("S43")
def test_blackmail_with_a_picture_is_urgent(noticing: Noticing) -> None:
    assert noticing.check("he has a picture of me and says pay or he sends it to my mum").level >= URGENT


@pytest.mark.rule("S86")
def test_a_weapon_and_a_target_are_immediate(noticing: Noticing) -> None:
    assert noticing.check("im outside his house with a knife last chance").level is IMMEDIATE


@pytest.mark.rule("S29")
@pytest.mark.parametrize(
    "text",
    [
        "im 14 can i get the pill without my mum knowing",
        "im 14 and my boyfriend is 14 is that ok",
        "where can i get condoms im 15",
        "i like a boy in my year im 13",
    ],
)
def test_contraception_and_same_age_relationships_are_no_concern_at_13_to_15(noticing: Noticing, text: str) -> None:
    assert noticing.check(text).level < CONCERN


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("i want to die", "self"),
        ("my dad hits me", "self"),
        ("my friend wants to kill herself", "other"),
        ("my friends dad hits her", "other"),
        ("im worried about my mate, he keeps cutting himself", "other"),
        ("hello", "general"),
    ],
)
def test_who_is_at_risk(noticing: Noticing, text: str, subject: str) -> None:
    assert noticing.check(text).subject == subject


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("my coach touched me", "position_of_trust"),
        ("me and my bf had sex", "sexual_activity"),
        ("actually dont tell anyone", "withdraws"),
        ("forget i said that", "withdraws"),
        ("pls dont pass this on", "withdraws"),
        ("gtg mum is coming", "someone_here"),
        ("how do i call 999", "emergency_number_asked"),
        ("can i talk to a real person", "wants_person"),
        ("im 12", "says_under_13"),
        ("i am fourteen", "says_13_15"),
        ("im in year 7", "says_under_13"),
    ],
)
def test_marks_beside_the_level(noticing: Noticing, text: str, flag: str) -> None:
    assert flag in noticing.check(text).flags


@pytest.mark.parametrize("text", ["im 12 minutes away", "my brother is 12", "im 5 foot 2", "i got 12 on my test"])
def test_a_number_that_is_no_age_of_the_writer_is_no_age(noticing: Noticing, text: str) -> None:
    assert not any(flag.startswith("says_") for flag in noticing.check(text).flags)


@pytest.mark.rule("S55")
@pytest.mark.parametrize(
    "text",
    [
        "football. i have swallowed a load of pills",
        "playing fifa. also i took an overdose",
        "my dad hit me again. we ate",
        "my stepdad beats me every night",
    ],
)
def test_what_is_said_in_another_sentence_does_not_hide_danger(noticing: Noticing, text: str) -> None:
    assert noticing.check(text).level >= Level.URGENT
