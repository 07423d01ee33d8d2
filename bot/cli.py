"""`breakwater`: the command line. Each command does one thing, and says in one line what to do when it cannot."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot import demo
from bot.settings import Settings, SettingsError, load_settings
from content.editorial.reading import ContentError
from escalation.accounts import DemoLogIn
from escalation.record.envelope import SealBroken
from escalation.record.schema import SchemaError, ensure_current, upgrade
from escalation.record.store import Record, RecordUnavailable

P = ParamSpec("P")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
content_app = typer.Typer(no_args_is_help=True, help="The words: scripts, messages, phrases, helplines.")
staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts.")
rota_app = typer.Typer(no_args_is_help=True, help="Who is on duty.")
db_app = typer.Typer(no_args_is_help=True, help="The record's database.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit chain.")
for name, sub in (("content", content_app), ("staff", staff_app), ("rota", rota_app), ("db", db_app), ("audit", audit_app)):
    app.add_typer(sub, name=name)

err = Console(stderr=True)


def told(command: Callable[P, None]) -> Callable[P, None]:
    """End with one clear line instead of a traceback, for every mistake that a person can mend."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from bot.intent_service import NotPrepared
        from escalation.accounts import AccountError
        from escalation.record.duty import RotaError

        try:
            command(*args, **kwargs)
        except SealBroken:
            _end("the database was made with another BREAKWATER_DATA_KEY: set the right one, or use another database")
        except SQLAlchemyError as error:
            _end(f"the database at BREAKWATER_DATABASE_URL does not open ({type(error).__name__}): check the address and that it runs")
        except (SettingsError, SchemaError, ContentError, RecordUnavailable, NotPrepared, AccountError, RotaError) as error:
            _end(str(error))

    return run


@app.command()
@told
def serve(
    with_intents: Annotated[
        bool, typer.Option("--with-intents/--without-intents", help="also start the intent service here, if none answers")
    ] = True,
) -> None:
    """Run the real thing: channels, web chat, console, chain. In demo mode staff and rota are made and log-ins printed."""
    from bot.serving import serve as run

    settings = _settings()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for name in ("apscheduler", "alembic", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    log_ins: tuple[DemoLogIn, ...] = ()
    if settings.mode == "demo":
        log_ins = demo.prepare(settings, _now())
    else:
        _refuse_demo_accounts(settings)
    asyncio.run(run(settings, with_intents, lambda ready: _announce(settings, log_ins, ready)))


@app.command()
@told
def chat(
    with_intents: Annotated[bool, typer.Option("--with-intents/--without-intents", help="start the intent service if none answers")] = True,
) -> None:
    """A chat in the terminal, on the same record as everything else."""
    from bot.serving import chat as run

    settings = _settings()
    logging.basicConfig(level=logging.ERROR)
    if settings.mode == "demo":
        upgrade(settings.database_url)
    asyncio.run(run(settings, with_intents))


@app.command()
@told
def understand(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="read and write one JSON object a line")] = False,
    lexicon_only: Annotated[bool, typer.Option("--lexicon-only", help="use neither model nor service")] = False,
) -> None:
    """Read messages from standard input, and write what is understood of each."""
    from bot.understand import understand as run

    if not jsonl:
        _end("say --jsonl: one JSON object a line in, one a line out")
    asyncio.run(run(sys.stdin, sys.stdout, load_settings(), lexicon_only))


@app.command()
@told
def settings() -> None:
    """Print every setting with its help; secrets are never shown."""
    current = load_settings()
    for name, field in Settings.model_fields.items():
        typer.echo(f"BREAKWATER_{name.upper()} = {current.shown(name)}\n    {field.description}")


@app.command("new-key")
def new_key() -> None:
    """Print a fresh BREAKWATER_DATA_KEY. Keep it where the database is not."""
    typer.echo(base64.b64encode(os.urandom(32)).decode())


@content_app.command("check")
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


@content_app.command("survey")
@told
def content_survey() -> None:
    """A table of all guidance: steps, easy read, age variants, interactive pieces, reading age."""
    from content.editorial import library
    from content.editorial.survey import survey, table

    for line in table(survey(library.load())):
        typer.echo(line)


@staff_app.command("add")
@told
def staff_add(
    name: Annotated[str, typer.Option("--name", help="unique; young people see the first word of it")],
    role: Annotated[str, typer.Option("--role", help="worker, lead, editor or admin")],
    telegram_id: Annotated[str, typer.Option("--telegram-id", help="their Telegram chat id, for alerts there")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
) -> None:
    """Add a member of staff and print a one-time sign-up link."""
    from escalation import accounts

    current = _settings()
    with _record(current) as record:
        invite = record.write(lambda tx: accounts.add_staff(tx, name, role, _now(), email=email, telegram_id=telegram_id))
    base = (current.public_url or f"http://{current.listen}").rstrip("/")
    typer.echo(f"{name} ({role}) was added. Sign-up link, valid until {invite.until:%d %B %Y %H:%M} UTC, works once:")
    typer.echo(f"{base}/staff/invite/{invite.token}")


@rota_app.command("add")
@told
def rota_add(
    worker: Annotated[str, typer.Option("--worker", help="name of the member of staff")],
    starts: Annotated[str, typer.Option("--from", help="ISO time, e.g. 2026-12-01T09:00")],
    ends: Annotated[str, typer.Option("--to", help="ISO time")],
    backup: Annotated[bool, typer.Option("--backup", help="second in line")] = False,
) -> None:
    """Put somebody on the rota. Times without a zone are in BREAKWATER_TIME_ZONE."""
    from escalation.record import duty
    from escalation.record.duty import RotaError

    current = _settings()
    first, last = _time(starts, "--from", current), _time(ends, "--to", current)
    with _record(current) as record:

        def add(tx: object) -> None:
            staff = duty.staff_named(tx, worker)  # type: ignore[arg-type]
            if staff is None:
                raise RotaError(
                    f"there is no member of staff named {worker!r}: see the Staff page, or add them with `breakwater staff add`"
                )
            duty.add_shift(tx, staff, first, last, backup)  # type: ignore[arg-type]

        record.write(add)
    typer.echo(f"{worker} is on the rota from {first:%d %B %H:%M} to {last:%d %B %H:%M}{' as back-up' if backup else ''}.")


@db_app.command("upgrade")
@told
def db_upgrade() -> None:
    """Create the database or bring it to the newest schema."""
    upgrade(load_settings().database_url)
    typer.echo("the database is up to date")


@audit_app.command("verify")
@told
def audit_verify() -> None:
    """Check that no audit entry was changed, moved or taken out."""
    from escalation.record import audit

    with _record(_settings()) as record:
        broken = record.read(audit.first_broken)
    if broken is not None:
        _end(f"the audit chain is broken at entry {broken}: compare with the back-ups, and tell the data protection officer")
    typer.echo("the audit chain is whole")


class _record:
    """The open record, for one command."""

    def __init__(self, settings: Settings) -> None:
        ensure_current(settings.database_url)
        self._open = Record(settings.database_url, settings.key_bytes())

    def __enter__(self) -> Record:
        return self._open

    def __exit__(self, *_: object) -> None:
        self._open.close()


def _settings() -> Settings:
    return demo.with_key(load_settings())


def _refuse_demo_accounts(settings: Settings) -> None:
    from escalation import accounts

    with _record(settings) as record:
        names = record.read(accounts.demo_accounts)
    if names:
        raise SettingsError(f"production mode refuses demo accounts ({', '.join(names)}): use a database of its own, or close them")


def _announce(settings: Settings, log_ins: tuple[DemoLogIn, ...], ready: bool) -> None:
    base = f"http://{settings.listen}"
    typer.echo(f"\nThe chat for young people:  {base}/\nThe staff console:          {base}/staff\n")
    for log_in in log_ins:
        typer.echo(f"  {log_in.name:<6} {log_in.role:<7} password: {log_in.password}")
    if log_ins:
        typer.echo("  The console shows demo accounts their one-time code on the page that asks for it.\n")
    typer.echo(
        "The intent service answers." if ready else "The intent service does not answer yet; until it does, the phrases alone are at work."
    )


def _time(text: str, option: str, settings: Settings) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text!r} is no ISO time: write it like 2026-12-01T09:00") from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.time_zone))


def _now() -> datetime:
    return datetime.now(UTC)


def _end(line: str) -> None:
    err.print(line, style="bold", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
