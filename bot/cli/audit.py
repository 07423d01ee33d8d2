"""`breakwater audit`."""

from __future__ import annotations

import typer

from bot.cli.common import current_settings, end, open_record, told

app = typer.Typer(no_args_is_help=True, help="The audit chain.")


@app.command("verify")
@told
def audit_verify() -> None:
    """Check that no audit entry was changed, moved or taken out."""
    from escalation.record import audit

    with open_record(current_settings()) as record:
        broken = record.read(audit.first_broken)
    if broken is not None:
        end(f"the audit chain is broken at entry {broken}: compare with the back-ups, and tell the data protection officer")
    typer.echo("the audit chain is whole")
