"""The survey counts what is in each script."""

from __future__ import annotations

from datetime import date

from bot.dialogue.topics import BY_PROGRAM
from content.editorial.library import CONTENT, Library
from content.editorial.reading import read_file
from content.editorial.schema import Button, Picture, Script, Step
from content.editorial.survey import survey, table
from content.editorial.taxonomy import Taxonomy

DRAWING = Picture(file="moon.svg", alt="A moon.")


def test_a_script_is_surveyed_by_what_it_holds() -> None:
    leads_on, leads_back = (Button(label="Go", go=go) for go in ("next", "start"))
    steps = {
        "start": Step(say=("Hello.",), easy=("Hi.",), under_13=("Hey.",), buttons=(leads_on,)),
        "next": Step(say=("What would you do?",), piece="what_would_you_do", picture=DRAWING, buttons=(leads_back,)),
    }
    script = Script.model_construct(topic="sleep", status="draft", steps=steps, help=(), audience="", sources=(), reviewed_on=date.today())
    library = Library(scripts={"sleep": script}, themes={"wellbeing": ("sleep", "not_written_yet")})
    assert list(table(survey(library)))[2:] == ["| sleep | script | draft | 2 | 2 | 1 of 2 | under 13 | 1 | 0 | 0 | 0 | 0 | 1 | 5.0 | 0 |"]


def test_every_topic_of_the_taxonomy_is_answered_by_a_script_or_by_the_program(words: Library) -> None:
    topics = read_file(CONTENT / "taxonomy.yml", Taxonomy).theme_of
    assert {"talk_to_person", "change_language", "goodbye"} <= topics.keys()
    assert not [topic for topic in topics if topic not in words.scripts and topic not in BY_PROGRAM]
