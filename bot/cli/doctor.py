"""`breakwater doctor`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.common import utc_now
from escalation.checkup import Checkup, State

app = typer.Typer()

_MARKS: dict[State, str] = {
    "ok": "[green]✓[/green]",
    "attention": "[yellow]![/yellow]",
    "broken": "[red bold]✗[/red bold]",
    "unknown": "[dim]?[/dim]",
}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object for other programs, instead of a table")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="look at this alone; can be given several times")] = None,
) -> None:
    """Look at everything, change nothing, and say what to do: settings, key, record, Telegram, rota, words and more.

    It works on a broken installation too. ✓ is well; ! works, and somebody should do something; ✗ is broken; ? could not be looked at.
    """
    from bot.doctor.examining import NAMES, examine
    from bot.doctor.installation import Installation
    from bot.doctor.settings import readable

    if strangers := sorted(set(only or ()) - set(NAMES)):
        raise typer.BadParameter(f"there is no check {strangers[0]!r}: choose from {', '.join(NAMES)}", param_hint="--only")
    settings, problems = readable()
    found = examine(Installation(settings, utc_now(), problems), only or ())
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _print(found)
    if found.having("broken"):
        raise typer.Exit(1)


def _print(found: Checkup) -> None:
    console = Console(highlight=False)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column()
    for group, findings in found.groups():
        table.add_row("", f"[bold]{group}[/bold]", "")
        for one in findings:
            table.add_row(_MARKS[one.state], one.title, escape(one.what))
            if one.todo:
                table.add_row("", "", f"[cyan]→ {escape(one.todo)}[/cyan]")
        table.add_row("", "", "")
    console.print(table)
    console.print(_summed_up(found))


def _summed_up(found: Checkup) -> str:
    if found.well and not found.having("unknown"):
        return "[green]All is well.[/green]"
    counts = (
        (len(found.having("broken")), "broken"),
        (len(found.having("attention")), "to look at"),
        (len(found.having("unknown")), "not known"),
    )
    return ", ".join(f"{number} {what}" for number, what in counts if number) + f"; {len(found.having('ok'))} well."
