"""`breakwater db`."""

from __future__ import annotations

import typer

from bot.cli.common import told
from bot.settings import load_settings
from escalation.record.schema import upgrade

app = typer.Typer(no_args_is_help=True, help="The record's database.")


@app.command("upgrade")
@told
def db_upgrade() -> None:
    """Create the database or bring it to the newest schema."""
    upgrade(load_settings().database_url)
    typer.echo("the database is up to date")
