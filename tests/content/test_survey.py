"""The survey counts what is in each script."""

from __future__ import annotations

from datetime import date

from content.editorial.library import Library
from content.editorial.schema import Button, Script, Step
from content.editorial.survey import survey, table


def test_a_script_is_surveyed_by_what_it_holds() -> None:
    leads_on, leads_back = (Button(label="Go", go=go) for go in ("next", "start"))
    steps = {
        "start": Step(say=("Hello.",), easy=("Hi.",), under_13=("Hey.",), buttons=(leads_on,)),
        "next": Step(say=("What would you do?",), piece="what_would_you_do", buttons=(leads_back,)),
    }
    script = Script.model_construct(topic="sleep", status="draft", steps=steps, help=(), audience="", sources=(), reviewed_on=date.today())
    library = Library(scripts={"sleep": script}, themes={"wellbeing": ("sleep", "not_written_yet")})
    assert list(table(survey(library)))[2:] == ["| sleep | draft | 2 | 2 | 1 of 2 | under 13 | 1 | 0 | 0 | 0 | 5 |"]
