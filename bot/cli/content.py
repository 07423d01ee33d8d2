"""`breakwater content`."""

from __future__ import annotations

import typer

from bot.cli.common import told

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
    """A table of all guidance: steps, easy read, age variants, interactive pieces, reading age."""
    from bot.dialogue.topics import BY_PROGRAM
    from content.editorial import library
    from content.editorial.survey import survey, table

    for line in table(survey(library.load()), BY_PROGRAM):
        typer.echo(line)
