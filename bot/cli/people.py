"""`breakwater erase` and `breakwater access`: what one person may ask for, carried out after a human has looked at it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import current_settings, end, open_record, told, utc_now
from bot.settings import SettingsError

app = typer.Typer()
Code = Annotated[
    str, typer.Argument(help="the code that they find under “What you know about me”, and leads on the case, such as K7QM-2XPR")
]


@app.command()
@told
def erase(
    person_code: Code,
    reason: Annotated[str, typer.Option("--reason", help="who decided it and why; the audit keeps a digest of it")],
) -> None:
    """Erase what is held about one person, as far as it may be. Says what has to be kept, and why."""
    from bot.service import service_in_force
    from escalation.young_person import erasing

    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        try:
            erased = erasing.erase(record, service, person_code, reason, utc_now())
        except KeyError:
            end(_UNKNOWN)
        except erasing.NotRead:
            end("they have written something that was not read yet, and may be in danger: try again in a minute, with the service running")
    if not erased.kept:
        typer.echo("everything about this person is erased; the service deletes what it can from their app within minutes")
        return
    for kept in erased.kept:
        typer.echo(f"kept ({kept.why}): " + (f"until {kept.until:%d %B %Y}" if kept.until else "until it ends"))
    typer.echo("all else is erased. What they are told in the chat, and you can pass on:")
    for text in erased.told:
        typer.echo(f"  {text}")


@app.command()
@told
def access(person_code: Code, file: Annotated[Path, typer.Argument(help="new text file, readable by you alone", dir_okay=False)]) -> None:
    """Write everything held about one person, with what a human has to decide marked. The audit notes that it was read."""
    from bot.service import service_in_force
    from escalation.record.retention.veil import Veil
    from escalation.young_person.access import everything

    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        record.veil = Veil(service.retention, utc_now)
        try:
            text = record.write(lambda tx: everything(tx, service, person_code, utc_now()))
        except KeyError:
            end(_UNKNOWN)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({type(error).__name__}): choose a file that is not there yet") from None
    typer.echo(f"written to {file}, for you alone to read: look through what is marked, and delete the file afterwards")


_UNKNOWN = "nobody has this code: check it letter by letter; somebody whose time was over is erased already"
