"""`breakwater content`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import current_settings, end, err, open_record, told, utc_now
from content.editorial.library import CONTENT

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


@app.command("export")
@told
def content_export(folder: Annotated[Path, typer.Argument(help="where to write them; made if it is not there", file_okay=False)]) -> None:
    """Write every content file as it is in force: the shipped ones, and what was published in their place."""
    from content.editorial.exchange import export
    from escalation.record import published

    with open_record(current_settings()) as record:
        texts = record.read(published.texts)
    typer.echo(f"{export(texts, folder)} files are in {folder}")


@app.command("import")
@told
def content_import(
    folder: Annotated[Path, typer.Argument(help="a folder such as `content export` writes", file_okay=False, exists=True)],
    note: Annotated[str, typer.Option("--note", help="why, for whoever looks at the versions later")] = "imported",
) -> None:
    """Publish what is different in FOLDER, all of it or, where anything is wrong, nothing. What is not there stays as it is.

    It passes the same checks as on the desk, which takes up to two minutes.
    """
    from bot.desk.checks.gates_aside import check_aside
    from bot.editions import refused
    from content.editorial.exchange import changed
    from escalation.publishing import Change, Outdated, Publisher, Unfit
    from escalation.record import published

    current = current_settings()
    production = current.mode == "production"
    with open_record(current) as record, err.status("looking for what is different") as shown:
        before = record.read(published.texts)
        fresh = changed(before, folder)
        changes = record.read(lambda tx: [Change(key, text, published.version_of(tx, key)) for key, text in fresh.items()])
        check = partial(refused, production=production, area=current.area, before=before)
        publisher = Publisher(
            record,
            check,
            utc_now,
            gate=check_aside,
            on_progress=lambda done, of, what: shown.update(f"checking the {what}: {done} of {of}"),
        )
        shown.update(f"checking {len(changes)} changed files with everything else")
        try:
            count = publisher.publish(changes, by=None, note=note[:200])
        except Unfit as unfit:
            end("\n".join([f"{folder}/{problem}" for problem in unfit.problems] + ["nothing was imported"]))
        except Outdated:
            end("something was published meanwhile, so nothing was imported: export again, bring both together, and import that")
        owed = refused(record.read(published.texts), production=True, area=current.area) if production else []
    typer.echo(f"{count} files are published; a running service has them within seconds" if count else "nothing is different")
    if errors := [one for one in owed if one.severity == "error"]:
        typer.echo(
            "\n".join(["production does not start with them yet, and a running service goes on with those before:", *map(str, errors)])
        )


def dialogue_tests(topics: Iterable[str]) -> dict[str, int]:
    """In how many conversations of `content/dialogues/` each topic is named."""
    conversations = [part for file in (CONTENT / "dialogues").glob("*.yml") for part in file.read_text("utf-8").split("\n---")]
    return {topic: sum(re.search(rf"\b{topic}\b", part) is not None for part in conversations) for topic in topics}
