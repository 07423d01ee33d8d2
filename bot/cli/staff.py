"""`breakwater staff`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import current_settings, open_record, told, utc_now

app = typer.Typer(no_args_is_help=True, help="Staff accounts.")


@app.command("add")
@told
def staff_add(
    name: Annotated[str, typer.Option("--name", help="unique; young people see the first word of it")],
    role: Annotated[str, typer.Option("--role", help="worker, lead, editor or admin")],
    telegram_id: Annotated[str, typer.Option("--telegram-id", help="their Telegram chat id, for alerts there")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
) -> None:
    """Add a member of staff and print a one-time sign-up link."""
    from escalation.staff import accounts

    current = current_settings()
    with open_record(current) as record:
        invite = record.write(lambda tx: accounts.add_staff(tx, name, role, utc_now(), email=email, telegram_id=telegram_id))
    base = (current.public_url or f"http://{current.listen}").rstrip("/")
    typer.echo(f"{name} ({role}) was added. Sign-up link, valid until {invite.until:%d %B %Y %H:%M} UTC, works once:")
    typer.echo(f"{base}/staff/invite/{invite.token}")
