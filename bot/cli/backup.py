"""`breakwater backup` and `breakwater restore`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url
from typer.core import TyperGroup

from bot.cli.common import current_settings, end, open_record, told, utc_now
from bot.settings import Settings, SettingsError
from escalation.record.backup import making, restoring
from escalation.record.backup.making import Contents
from escalation.record.backup.places import place_of
from escalation.record.backup.restoring import Keys, PolicyOf, Restored
from escalation.record.key_keeping import keeping

UNKNOWN_ERASURES = (
    "nothing tells what was erased since: no list of erasures lies beside the back-up or in BREAKWATER_BACKUP_FOLDER. "
    "Erase again with `breakwater erase` whom you erased after it was made"
)


class MakeUnlessTold(TyperGroup):
    """`backup FILE` is `backup make FILE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            args = ["make", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(no_args_is_help=True, cls=MakeUnlessTold, help="Sealed back-ups of the whole record, while the program runs.")
restore_app = typer.Typer()
File = Annotated[Path, typer.Argument(help="the back-up", dir_okay=False)]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="file with the data key that the back-up was made with, where it was another (in base64)", dir_okay=False
    ),
]


@app.command("make")
@told
def backup_make(file: Annotated[Path, typer.Argument(help="new file, sealed with the data key", dir_okay=False)]) -> None:
    """Destroy what is over, back up the rest into a sealed file, open it again and look whether it is whole."""
    from bot.service import service_in_force

    current = current_settings()
    with open_record(current) as record:
        policy = service_in_force(current, record).retention
        made = making.make(record, file, policy, utc_now())
    typer.echo(f"written to {file}: {made.size / 1e6:.1f} MB, opened again and whole; {_counted(made.contents)}")
    _end_where_broken(made.contents)


@app.command("check")
@told
def backup_check(file: File, key_file: KeyFile = None) -> None:
    """Rehearse a restore in a private place, tell what came of it, and delete it again."""
    current = current_settings()
    keys = _keys(current, key_file)
    done = restoring.rehearse(file, keys, current.database_url, folders=_folders(current), policy=_policy(current), now=utc_now())
    _tell(done, f"{file} can be restored")


@restore_app.command("restore")
@told
def restore(
    file: File,
    to: Annotated[str | None, typer.Option("--to", help="another database than BREAKWATER_DATABASE_URL, such as sqlite:///new.db")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="also where a record is; it is kept beside")] = False,
    key_file: KeyFile = None,
) -> None:
    """Put a back-up in the record's place. What was erased since stays erased, and what is over is destroyed, before anything can be read."""
    current = current_settings()
    target = to or current.database_url
    if to and make_url(to).password:
        end("leave the password out of --to, where every process can see it: give the whole address as BREAKWATER_DATABASE_URL")
    done = restoring.restore(
        file, _keys(current, key_file), target, replace=replace, folders=_folders(current), policy=_policy(current), now=utc_now()
    )
    _tell(done, f"restored to {place_of(target).name}")
    if done.kept_beside:
        typer.echo(f"the record that was there is kept at {done.kept_beside}: destroy it as soon as nobody needs it")


def _tell(done: Restored, what: str) -> None:
    typer.echo(f"{what}, as it was on {done.made_at:%d %B %Y at %H:%M} UTC; {_counted(done.contents)}")
    over = ", ".join(f"{count} {kind}" for kind, count in sorted(done.destroyed.items())) or "nothing"
    typer.echo(f"erased again: {done.erased}; over since then, and destroyed: {over}")
    if done.erasures_known_until is None or done.erasures_known_until < done.made_at:
        typer.echo(UNKNOWN_ERASURES)
    else:
        typer.echo(f"erasures are known until {done.erasures_known_until:%d %B %Y at %H:%M} UTC")
    _end_where_broken(done.contents)


def _counted(contents: Contents) -> str:
    return f"{contents.people} people, {contents.cases} cases"


def _end_where_broken(contents: Contents) -> None:
    if contents.broken is not None:
        end(f"but its audit chain is broken at entry {contents.broken}: compare with other back-ups, and tell the data protection officer")


def _keys(current: Settings, file: Path | None) -> Keys:
    if file is None:
        return Keys(current.key_bytes())
    try:
        return Keys(current.key_bytes(), keeping(current.data_key_command).unwrap(file.read_bytes()))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({type(error).__name__}): check name and rights") from None


def _folders(current: Settings) -> Iterator[Path]:
    if current.backup_folder:
        yield Path(current.backup_folder)


def _policy(current: Settings) -> PolicyOf:
    from bot.service import service_in_force

    return lambda record: service_in_force(current, record).retention
