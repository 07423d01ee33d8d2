"""`breakwater content`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import typer

from bot.cli.common import told
from bot.settings import ROOT

app = typer.Typer(no_args_is_help=True, help="The words: scripts, messages, phrases, helplines.")


@app.command("check")
@told
def content_check() -> None:
    """Check every content file: schema, links, wording, numbers, reading age. Fails on errors, not on warnings."""
    from bot.content_check import problems

    found = problems()
    for problem in found:
        typer.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in found)
    typer.echo(f"{errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command("survey")
@told
def content_survey() -> None:
    """All guidance and its reading age, what there is in other languages, and the facts that nobody has confirmed yet."""
    from bot.dialogue.topics import BY_PROGRAM
    from content.editorial import library
    from content.editorial.facts import fact_table
    from content.editorial.languages_survey import language_table, survey_languages
    from content.editorial.survey import reading_ages, survey, table

    words = library.load()
    rows = list(survey(words))
    parts = {
        "Guidance": (*table(rows, BY_PROGRAM, dialogue_tests(row.topic for row in rows)), "", reading_ages(rows)),
        "Other languages": language_table(survey_languages(words)),
        "Facts that nobody has confirmed": fact_table(words.scripts.values()),
    }
    for title, lines in parts.items():
        typer.echo("\n".join((f"## {title}", *lines, "")))


def dialogue_tests(topics: Iterable[str]) -> dict[str, int]:
    """In how many conversations of `tests/dialogues/` each topic is named; none where the tests are not installed."""
    conversations = [part for file in (ROOT / "tests" / "dialogues").glob("*.yml") for part in file.read_text("utf-8").split("\n---")]
    return {topic: sum(re.search(rf"\b{topic}\b", part) is not None for part in conversations) for topic in topics}
