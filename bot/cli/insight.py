"""`breakwater insight`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from bot.cli.common import current_settings, end, open_record, told

app = typer.Typer(no_args_is_help=True, help="Counts of a month, in which nobody can be told apart.")


@app.command("report")
@told
def insight_report(month: str, file: Path) -> None:
    """Write what is told of MONTH, such as 2026-10, to FILE: one page of HTML, to print or to pass on."""
    from bot.service import service_in_force
    from escalation.console.insight_page import insight
    from escalation.console.pages import document
    from escalation.insight import settling

    try:
        first = datetime.strptime(month, "%Y-%m").date()
    except ValueError:
        end(f"{month!r} is no month: write it like 2026-10")
    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        if first not in record.read(settling.settled):
            end(f"{month} is not counted: the running service counts a month a week after its end")
        figures = record.read(lambda tx: insight(tx, service, first))
    try:
        file.write_text(document("files/insight_report.html", told=figures, organisation=service.organisation), encoding="utf-8")
    except OSError as error:
        end(f"{file} cannot be written ({type(error).__name__}): choose another place")
    typer.echo(f"{file}: {first:%B %Y}")
