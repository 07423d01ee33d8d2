"""`breakwater audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import current_settings, end, open_record, time_given, told
from bot.settings import SettingsError

app = typer.Typer(no_args_is_help=True, help="The audit chain: who of the staff did or read what.")


@app.command("verify")
@told
def audit_verify(
    head: Annotated[str | None, typer.Option("--head", help="a head that was kept elsewhere, such as 1234:9f8e…")] = None,
) -> None:
    """Check that no audit entry was changed, moved or taken out; with a kept head also that the chain was not written anew."""
    from escalation.record import audit

    try:
        kept = audit.Head.parse(head) if head else None
    except ValueError as error:
        raise SettingsError(f"--head: {error}") from None
    with open_record(current_settings()) as record:
        broken = record.read(audit.first_broken)
        held = record.read(lambda tx: audit.holds(tx, kept)) if kept else True
    if broken is not None:
        end(f"the audit chain is broken at entry {broken}: compare with the back-ups, and tell the data protection officer")
    if held is False:
        end(
            f"the audit chain is not the one whose head that was: it was written anew; compare entry {head} with the back-ups, and tell the DPO"
        )
    typer.echo(
        "the audit chain is whole" + ("; that head is older than what is kept" if held is None else " and holds that head" if kept else "")
    )


@app.command("head")
@told
def audit_head() -> None:
    """Print the head of the chain, to be kept elsewhere (each night: BREAKWATER_AUDIT_HEAD_TO)."""
    from escalation.record import audit

    with open_record(current_settings()) as record:
        typer.echo(str(record.read(audit.head)))


@app.command("list")
@told
def audit_list(
    since: Annotated[str | None, typer.Option("--since", help="from this time on, such as 2026-11-01 or 2026-11-01T09:00")] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="of this member of staff alone, by name")] = None,
    action: Annotated[str | None, typer.Option("--action", help="of this kind alone, such as case_read or refused")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="so many lines at most")] = 200,
) -> None:
    """Who did what, the newest first. Ids and kinds only; nobody's words stand in the audit."""
    from escalation.record import duty
    from escalation.work import audit_trail
    from escalation.work.audit_trail import Asked

    current = current_settings()
    begin = time_given(since, "--since", current) if since else None
    with open_record(current) as record:
        who = record.read(lambda tx: duty.staff_named(tx, staff)) if staff else None
        if staff and who is None:
            end(f"nobody of the staff is called {staff!r}: names are on the console's Staff page")
        asked = Asked(begin, who.id if who else None, action)
        found, more = record.read(lambda tx: audit_trail.entries(tx, asked, None, most))
    for one in found:
        parts = (f"{one.at:%Y-%m-%d %H:%M:%S}", one.by or "the program", one.action, f"case {one.case_id}" if one.case_id else "", one.to)
        typer.echo("  ".join(part for part in parts if part))
    if more:
        typer.echo(f"there are older ones: say --most {most * 2}, or --since", err=True)
