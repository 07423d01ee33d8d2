"""Words in other languages: what the check finds, what is served, and what falls back to English."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from content.editorial import library
from content.editorial.interface import label_problems, load_labels
from content.editorial.languages_survey import language_table, survey_languages
from content.editorial.library import CONTENT, Library
from content.editorial.schema import Sign, SignOff
from tests.content.conftest import REVIEWED, Change, Check

TODAY = date(2026, 11, 21)
PL = "language: pl\nneeds: native reviewer\n"
WORDS, SCRIPT = "messages/conversation.pl.yml", "guidance/wellbeing/sleep.pl.yml"
FILES = {
    WORDS: f"""group: conversation
{PL}{REVIEWED}messages:
  limits:
    say: ["Jestem {{bot_name}}. Jeśli komuś może stać się poważna krzywda, możemy musieć komuś o tym powiedzieć. Postaramy się powiedzieć Tobie najpierw."]
""",
    SCRIPT: f"""topic: sleep
title: Nie mogę spać
{PL}{REVIEWED}steps:
  start:
    alt: Księżyc za oknem.
    say: [Wielu ludzi nie może spać.]
    easy: [Wielu nie śpi.]
    buttons:
    - {{label: Moje myśli, go: thoughts}}
    - {{label: Rozmowa z człowiekiem, go: "do:talk"}}
""",
}
SIGN = "{name: Jo Hart, on: 2026-11-20}"
SIGNED = f"status: signed_off\nsign_off: {{editor: {SIGN}, safeguarding_lead: {SIGN}, youth_panel: {SIGN}}}"
FAULTS = [
    ("a step that English does not have", SCRIPT, "  start:", "  begin:", "there is no 'begin' in English"),
    ("a topic of its own", SCRIPT, "topic: sleep", "topic: anger", "topic is 'sleep' in English"),
    ("a field that differs", WORDS, "{bot_name}", "{name}", "the fields of say are not those of the English; use {bot_name}"),
    ("a button that leads elsewhere", SCRIPT, "go: thoughts", "go: start", "the buttons lead elsewhere than in English; lead to thoughts, do:talk"),
    ("a form that is missing", SCRIPT, "    easy: [Wielu nie śpi.]\n", "", "easy is there in one language only"),
    ("a number of its own", SCRIPT, "nie może spać.", "nie może spać. Zadzwoń pod 999.", "the numbers of say are not those of the English"),
    ("a translation of older words", WORDS, "  limits:\n", '  limits:\n    version: "2"\n', "limits is version 1 in English"),
    ("another language than its name says", SCRIPT, "language: pl", "language: ro", "language is 'ro' in sleep.pl.yml"),
    ("a picture that nobody describes", SCRIPT, "    alt: Księżyc za oknem.\n", "", "the picture of start has no alt text here; add `alt`, which says: A moon."),
    ("words for a picture that is not there", SCRIPT, "  start:\n", "  thoughts: {say: [Zapisz to.], alt: Kartka., buttons: [{label: Wróć, go: start}, {label: Więcej, go: \"topic:sleep\"}]}\n  start:\n", "thoughts has no picture in English; take `alt` out"),
    ("a promise of secrecy", SCRIPT, "Wielu nie śpi.", "Nikomu nie powiem.", "nobody here may promise secrecy"),
    ("signed before a native reader has read it", SCRIPT, "status: draft", SIGNED, "status signed_off while it needs a native reviewer"),
]  # fmt: skip


@pytest.fixture
def polish(folder: Path, change: Change) -> Path:
    (folder / "pictures").mkdir()
    shutil.copy(CONTENT / "pictures" / "sleep.svg", folder / "pictures")
    change("guidance/wellbeing/sleep.yml", "  start:\n", "  start:\n    picture: {file: sleep.svg, alt: A moon.}\n")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("polish")
def test_a_sound_translation_has_no_error(found: Check) -> None:
    assert [str(problem) for problem in found() if ".pl." in str(problem.file) and problem.severity == "error"] == []


@pytest.mark.parametrize(("fault", "file", "old", "new", "said"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_the_check_catches(fault: str, file: str, old: str, new: str, said: str, polish: Path, change: Change, found: Check) -> None:
    change(file, old, new)
    hits = [problem for problem in found() if said in str(problem)]
    assert hits, f"{fault}: not found among {[str(problem) for problem in found()]}"
    assert {(hit.file, hit.severity) for hit in hits} == {(polish / file, "error")}


def test_a_translation_without_its_english_file_is_an_error(polish: Path, found: Check) -> None:
    (polish / SCRIPT).rename(polish / "guidance/wellbeing/anger.pl.yml")
    assert [problem for problem in found() if "there is no anger.yml beside it" in problem.what]


@pytest.mark.usefixtures("polish")
def test_the_editor_is_told_what_is_left_out_and_what_is_not_served(found: Check) -> None:
    warnings = [problem.what for problem in found() if ".pl." in problem.file.name]
    assert warnings == [
        "2 files in pl are not signed off (needs: native reviewer); in production English is said",
        "thoughts: not translated, so English is said",
    ]


def test_what_does_not_fit_is_not_served_and_english_is(polish: Path, change: Change, caplog: pytest.LogCaptureFixture) -> None:
    (polish / "policy" / "short_words.yml").write_text("{}", encoding="utf-8")
    change(WORDS, "{bot_name}", "{name}")
    words = library.load(polish)
    assert words.speaking("pl").message("conversation.limits") == words.message("conversation.limits")
    assert words.speaking("pl").scripts["sleep"].title == "Nie mogę spać"
    assert "conversation.pl.yml" in caplog.text


def test_what_is_not_translated_is_said_in_english(words: Library) -> None:
    polish = words.speaking("pl")
    assert polish.scripts["sleep"] == words.scripts["sleep"]
    assert polish.message("staff.waiting") == words.message("staff.waiting")
    assert polish.language_of("staff.waiting") == "en"
    assert polish.language_of("consent.offer") == "pl"
    assert polish.speaking("en") is words


def test_every_kind_of_words_that_a_young_person_meets_on_the_way_to_an_adult_is_there_in_polish(words: Library) -> None:
    polish = words.speaking("pl")
    assert {id.partition(".")[0] for id in words.messages} - {id.partition(".")[0] for id in polish.translated} == {"staff", "panel"}
    assert [category for category in words.crisis if polish.crisis[category] == words.crisis[category]] == []
    ways = ("confidentiality", "how_to_tell_someone", "talk_to_person", "what_happens_if_i_tell", "who_can_help")
    assert [
        (topic, name) for topic in ways for name, step in words.scripts[topic].steps.items() if polish.scripts[topic].steps[name] == step
    ] == []


def test_a_picture_is_described_in_the_language_of_its_words(words: Library) -> None:
    english, polish = (library.scripts["who_can_help"].steps["known"].picture for library in (words, words.speaking("pl")))
    assert english and polish
    assert polish.file == english.file
    assert polish.alt.startswith("Młoda osoba w środku.")


def test_the_survey_says_how_far_each_language_is(polish: Path) -> None:
    (polish / "policy" / "short_words.yml").write_text("{}", encoding="utf-8")
    more = '  bye: {about: The end., say: ["Bye."]}\n'
    with (polish / "messages" / "conversation.yml").open("a", encoding="utf-8") as file:
        file.write(more)
    _, _, row, _, missing = language_table(survey_languages(library.load(polish)))
    assert row == "| pl | 1 of 2 | 1 of 1 | 1 of 2 | 0 of 1 | 0 of 1 | 0 of 0 | 2 | 0 | native reviewer: 2 |"
    assert missing == "Messages that are said in English: pl: conversation.bye."


def test_a_draft_is_not_served_in_production_and_its_language_is_not_offered(words: Library) -> None:
    assert words.languages() == ("en", "pl")
    assert words.languages(TODAY) == ("en",)
    assert words.speaking("pl", TODAY) is words


def test_signed_files_are_served_in_production_and_the_others_in_english(words: Library) -> None:
    sign = Sign(name="Jo Hart", on=date(2026, 11, 1))
    signed = {"status": "signed_off", "needs": None, "sign_off": SignOff(editor=sign, safeguarding_lead=sign, youth_panel=sign)}
    files = tuple(
        replace(one, entry=one.entry.model_copy(update=signed)) if one.path.name == "conversation.pl.yml" else one
        for one in words.siblings["pl"]
    )
    some = replace(words, siblings={"pl": files})
    assert some.languages(TODAY) == ("en", "pl")
    assert some.speaking("pl", TODAY).language_of("conversation.limits") == "pl"
    assert some.speaking("pl", TODAY).message("consent.offer") == words.message("consent.offer")


def test_every_crisis_agreement_and_helpline_file_is_there_in_polish() -> None:
    needed = [*(CONTENT / "crisis").glob("*.yml"), *(CONTENT / "helplines").glob("*.yml")]
    needed += [CONTENT / "messages" / f"{name}.yml" for name in ("consent", "emergency", "hand_over", "conversation", "web_chat")]
    needed += [CONTENT / "guidance" / "rights_and_help" / f"{name}.yml" for name in ("confidentiality", "what_happens_if_i_tell")]
    english = [path for path in needed if "." not in path.stem]
    assert len(english) == 24 + 8 + 5 + 2
    assert [path.name for path in english if not path.with_name(f"{path.stem}.pl.yml").exists()] == []


def test_every_translation_waits_for_a_native_reviewer(words: Library) -> None:
    assert {(one.entry.status, one.entry.needs) for one in words.siblings["pl"]} == {("draft", "native reviewer")}


def test_the_catalogues_of_interface_words_are_complete() -> None:
    assert list(label_problems(CONTENT)) == []
    assert set(load_labels(CONTENT)) == {"en", "pl"}


def test_a_word_that_is_fuzzy_or_has_other_fields_is_found(tmp_path: Path) -> None:
    catalogues = {"en": 'msgid "a"\nmsgstr "at {time}"\n\nmsgid "b"\nmsgstr "B"\n', "pl": 'msgid "a"\nmsgstr "o {godzina}"\n\n#, fuzzy\nmsgid "b"\nmsgstr "B?"\n'}  # fmt: skip
    for language, text in catalogues.items():
        path = tmp_path / "locale" / language / "LC_MESSAGES" / "interface.po"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    assert [(problem.line, problem.what) for problem in label_problems(tmp_path)] == [
        (5, "'b' is not translated"),
        (1, "the fields of 'a' are not those of the English"),
    ]
