"""What is not in a group: running the service, trying it out, its settings."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import sys
from functools import partial
from typing import Annotated

import typer

from bot import demo, logs
from bot.cli.common import current_settings, end, open_record, told, utc_now
from bot.garbage import loading
from bot.roles import ALL, Role, chosen
from bot.settings import Settings, SettingsError, load_settings
from escalation.record.schema import upgrade
from escalation.staff import first_run
from escalation.staff.demo_staff import DemoLogIn
from escalation.staff.first_run import FirstRun

app = typer.Typer()


@app.command()
@told
def serve(
    with_intents: Annotated[
        bool, typer.Option("--with-intents/--without-intents", help="also start the intent service here, if none answers")
    ] = True,
    set_up: Annotated[
        bool,
        typer.Option("--set-up", help="the console alone, to set everything up; no young person gets in, and words need no sign-off yet"),
    ] = False,
    role: Annotated[
        list[Role] | None,
        typer.Option(help="do this part alone, beside other processes on PostgreSQL; may be given several times. Left out: everything"),
    ] = None,
) -> None:
    """Run the real thing: channels, web chat, console, chain. In demo mode staff and rota are made and log-ins printed.

    Where nobody can sign in yet it prints a one-time address, at which the first administrator begins.
    """
    settings = current_settings()
    roles = chosen(settings, role or ())
    if set_up and roles != ALL:
        end("--set-up is for one process that does everything: leave --role out")
    if set_up and settings.mode != "production":
        end("--set-up is for a real service: set BREAKWATER_MODE=production, or leave it out for the demo")
    logs.set_up()
    log_ins = _demo_log_ins(settings, roles)
    beginning = _first_run(settings) if Role.CONSOLE in roles else None
    announce = partial(_announce, settings, roles, set_up, log_ins, beginning)
    with_intents = with_intents and not set_up and Role.TURNS in roles
    # Only now: what is wrong with the settings is told at once.
    with loading():
        import uvloop

        from bot.serving import serve as run

    uvloop.run(run(settings, with_intents, announce, setting_up=set_up, first_run=beginning, roles=roles))


@app.command()
@told
def chat(
    with_intents: Annotated[bool, typer.Option("--with-intents/--without-intents", help="start the intent service if none answers")] = True,
) -> None:
    """A chat in the terminal, on the same record as everything else."""
    with loading():
        from bot.serving import chat as run

    settings = current_settings()
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
    with loading():
        from bot.understand import understand as run

    if not jsonl:
        end("say --jsonl: one JSON object a line in, one a line out")
    asyncio.run(run(sys.stdin, sys.stdout, load_settings(), lexicon_only))


@app.command()
@told
def settings() -> None:
    """Print every setting with its help; secrets are never shown."""
    current = load_settings()
    for name, field in Settings.model_fields.items():
        typer.echo(f"BREAKWATER_{name.upper()} = {current.shown(name)}\n    {field.description}")


@app.command()
@told
def drill(
    minutes: Annotated[float, typer.Option("--minutes", help="how long to wait for somebody to pick it up")] = 15,
) -> None:
    """Send a message as somebody in danger would, marked as a drill, through the running service, and tell how long people took."""
    from bot.drill import run
    from bot.service import service_in_force

    settings = current_settings()
    with open_record(settings) as record:
        service = service_in_force(settings, record)
        passed = run(record, service, utc_now, typer.echo, minutes)
    if not passed:
        raise typer.Exit(1)


@app.command("new-key")
def new_key() -> None:
    """Print a fresh BREAKWATER_DATA_KEY. Keep it where the database is not."""
    typer.echo(base64.b64encode(os.urandom(32)).decode())


def _demo_log_ins(settings: Settings, roles: frozenset[Role]) -> tuple[DemoLogIn, ...]:
    """The demo's staff, made where they are missing by whoever has the console; production has none, and refuses them."""
    if settings.mode == "production":
        _refuse_demo_accounts(settings)
        return ()
    return demo.prepare(settings, utc_now()) if Role.CONSOLE in roles else ()


def _refuse_demo_accounts(settings: Settings) -> None:
    from escalation.staff import demo_staff

    with open_record(settings) as record:
        names = record.read(demo_staff.open_ones)
    if names:
        raise SettingsError(f"production mode refuses demo accounts ({', '.join(names)}): use a database of its own, or close them")


def _first_run(settings: Settings) -> FirstRun | None:
    """A one-time address for the first administrator, where nobody can sign in yet."""
    with open_record(settings) as record:
        needed = record.read(first_run.is_needed)
    return FirstRun(utc_now() + first_run.OPEN_FOR) if needed else None


def _reached_at(settings: Settings) -> str:
    return (settings.public_url or f"http://{settings.listen}").rstrip("/")


def _announce(
    settings: Settings, roles: frozenset[Role], set_up: bool, log_ins: tuple[DemoLogIn, ...], beginning: FirstRun | None, ready: bool
) -> None:
    """Where everything is found, once requests are taken. `ready`: whether the intent service answers."""
    if set_up:
        typer.echo(f"\nFor setting up only, no young person gets in. The staff console: {_reached_at(settings)}/staff")
    elif roles == ALL:
        _announce_everything(settings, log_ins, ready)
    else:
        _announce_roles(settings, roles, log_ins)
    if beginning:
        begin = f"{_reached_at(settings)}/staff/first-run/begin/{beginning.token}"
        typer.echo(f"Nobody can sign in yet. Begin here, within 24 hours:\n  {begin}\n")


def _announce_roles(settings: Settings, roles: frozenset[Role], log_ins: tuple[DemoLogIn, ...]) -> None:
    typer.echo(f"\nThis process does: {', '.join(sorted(roles))}. It answers at http://{settings.listen}/readyz")
    for log_in in log_ins:
        typer.echo(f"  {log_in.name:<6} {log_in.role:<7} password: {log_in.password}")


def _announce_everything(settings: Settings, log_ins: tuple[DemoLogIn, ...], ready: bool) -> None:
    base = f"http://{settings.listen}"
    typer.echo(f"\nThe chat for young people:  {base}/\nThe staff console:          {base}/staff\n")
    for log_in in log_ins:
        typer.echo(f"  {log_in.name:<6} {log_in.role:<7} password: {log_in.password}")
    if log_ins:
        typer.echo("  The console shows demo accounts their one-time code on the page that asks for it.\n")
    typer.echo(
        "The intent service answers." if ready else "The intent service does not answer yet; until it does, the phrases alone are at work."
    )
