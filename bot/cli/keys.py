"""`breakwater keys`: the master key and the data keys of people are changed while the service runs."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import current_settings, end, open_record, told, utc_now
from bot.settings import Settings, SettingsError
from escalation.record import erasures, master_key, people, person_keys
from escalation.record.backup import erased_list
from escalation.record.key_keeping import Keeping, keeping
from escalation.record.store import Record

app = typer.Typer(no_args_is_help=True, help="The keys of the record (docs/operations.md, “Keys”).")


@app.command("show")
@told
def keys_show() -> None:
    """By what the master key is recognised, and whether a change of it is over. No key is shown."""
    with open_record(current_settings()) as record:
        found = record.read(master_key.state)
    typer.echo(f"key {found.name}, " + (f"since {found.since:%d %B %Y}" if found.since else "since the beginning"))
    typer.echo("it is the one of the settings" if found.given else "the settings still give the one before it")
    if found.left:
        typer.echo(f"{found.left} keys are still wrapped by the one before: run `breakwater keys rotate` again")
    if found.old_kept:
        typer.echo("the one before still opens the record, until `breakwater keys forget-old`")


@app.command("rotate")
@told
def keys_rotate(
    to: Annotated[Path, typer.Option("--to", help="file for the new key; where it is there already, the key in it", dir_okay=False)],
    command: Annotated[str | None, typer.Option("--command", help="program that wraps it; default: BREAKWATER_DATA_KEY_COMMAND")] = None,
) -> None:
    """Wrap everything by a new master key, while the service runs. Run it again where it was interrupted: it goes on."""
    current = current_settings()
    with open_record(current) as record:
        new = _new_key(to, keeping(command or current.data_key_command))
        master_key.change(record, new, utc_now)
        found = record.read(master_key.state)
    typer.echo(f"everything is wrapped by the new key {found.name}, which is in {to}; the old one still opens the record too")
    typer.echo("now: keep a copy of the new key elsewhere, give it to the service (BREAKWATER_DATA_KEY_FILE, or its content as")
    typer.echo("BREAKWATER_DATA_KEY), start the service again, and then run `breakwater keys forget-old`")


@app.command("forget-old")
@told
def keys_forget_old(
    stopped: Annotated[
        bool, typer.Option("--stopped", help="no program runs on this record: do not wait until each knows the new key")
    ] = False,
) -> None:
    """Let the old master key open nothing any more but the back-ups that were made with it."""
    current = current_settings()
    with open_record(current) as record:
        _seal_erased_list_anew(current, record)
        master_key.forget(record, utc_now(), stopped=stopped)
    typer.echo("the old key opens this record no more; keep it as long as a back-up that was made with it")


@app.command("renew")
@told
def keys_renew(
    person: Annotated[str | None, typer.Option("--person", help="the code of one person, such as K7QM-2XPR")] = None,
    older_than: Annotated[int | None, typer.Option("--older-than", min=0, help="everybody whose key is older than so many days")] = None,
) -> None:
    """Give people new data keys, and seal their words anew, while the service runs. Run it again where it was interrupted."""
    if (person is None) == (older_than is None):
        end("say whose key: --person CODE, or --older-than DAYS")
    with open_record(current_settings()) as record:
        ids = [_with_code(record, person)] if person is not None else None
        done = person_keys.renew(record, utc_now() - timedelta(days=older_than or 0), utc_now, ids)
    typer.echo(f"{done.people} people have a new key, and {done.fields} fields are sealed anew")


def _with_code(record: Record, person_code: str) -> str:
    try:
        return record.read(lambda tx: people.by_code(tx, person_code).id)
    except KeyError:
        end("nobody has this code: check it letter by letter")


def _new_key(file: Path, kept: Keeping) -> bytes:
    """The key in this file; a new one where it is not there."""
    try:
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(kept.wrap(os.urandom(32)))
                out.flush()
                os.fsync(out.fileno())
        return kept.unwrap(file.read_bytes())
    except OSError as error:
        raise SettingsError(f"{file} cannot be read or written ({type(error).__name__}): check folder and rights") from None


def _seal_erased_list_anew(current: Settings, record: Record) -> None:
    if current.backup_folder:
        erased_list.write(Path(current.backup_folder), record.vault.masters, record.read(erasures.known), utc_now())
