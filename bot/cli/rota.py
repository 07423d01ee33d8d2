"""`breakwater rota`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.common import current_settings, open_record, time_given, told, utc_now
from bot.settings import SettingsError

app = typer.Typer(no_args_is_help=True, help="Who is on duty.")


@app.command("add")
@told
def rota_add(
    worker: Annotated[str, typer.Option("--worker", help="name of the member of staff")],
    starts: Annotated[str, typer.Option("--from", help="ISO time, e.g. 2026-12-01T09:00")],
    ends: Annotated[str, typer.Option("--to", help="ISO time")],
    backup: Annotated[bool, typer.Option("--backup", help="second in line")] = False,
    repeat: Annotated[Literal["weekly"] | None, typer.Option("--repeat", help="the same local times each week")] = None,
    until: Annotated[str, typer.Option("--until", help="with --repeat: the last day, e.g. 2027-03-31")] = "",
) -> None:
    """Put somebody on the rota. Times without a zone are in BREAKWATER_TIME_ZONE."""
    from bot.service import service_in_force
    from escalation.context import Service
    from escalation.record import duty
    from escalation.record.duty import RotaError
    from escalation.record.store import Tx
    from escalation.rota import shifts
    from escalation.rota.spans import Span

    current = current_settings()
    span = Span(time_given(starts, "--from", current), time_given(ends, "--to", current))
    last = _last_day(repeat, until)

    def add(tx: Tx, service: Service) -> shifts.Added:
        staff = duty.staff_named(tx, worker)
        if staff is None:
            raise RotaError(f"there is no member of staff named {worker!r}: see the Staff page, or add them with `breakwater staff add`")
        if last:
            return shifts.add_weekly(tx, service, staff, span, last, backup, utc_now())
        return shifts.Added((shifts.add(tx, service, staff, span, backup, utc_now()),))

    with open_record(current) as record:
        service = service_in_force(current, record)
        added = record.write(lambda tx: add(tx, service))
    weekly = f", each week until {last:%d %B %Y}: {len(added.shifts)} shifts" if last else ""
    as_backup = " as back-up" if backup else ""
    typer.echo(f"{worker} is on the rota from {span.starts_at:%d %B %H:%M} to {span.ends_at:%d %B %H:%M}{as_backup}{weekly}.")
    for at, why in added.left_out:
        typer.echo(f"left out, {at.astimezone(service.zone):%d %B %Y %H:%M}: {why}")


@app.command("list")
@told
def rota_list(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="so many days from today")] = 14,
) -> None:
    """Who is on duty in the next days, and the times inside opening hours for which nobody is."""
    from bot.service import service_in_force
    from escalation.rota.listing import lines

    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        for line in record.read(lambda tx: list(lines(tx, service, utc_now(), days))):
            typer.echo(line)


@app.command("export")
@told
def rota_export(file: Annotated[Path, typer.Argument(help="iCalendar file to write", dir_okay=False)]) -> None:
    """Write the shifts that are not over as an iCalendar file."""
    from bot.service import service_in_force
    from escalation.rota import exchange

    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        data = record.read(lambda tx: exchange.export(tx, service, utc_now()))
    try:
        file.write_bytes(data)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({type(error).__name__}): choose another file") from None
    typer.echo(f"the rota is in {file}")


@app.command("import")
@told
def rota_import(file: Annotated[Path, typer.Argument(help="iCalendar file to read", dir_okay=False)]) -> None:
    """Put the shifts of an iCalendar file on the rota; the title of an event is the name, with (back-up) behind it for one."""
    from bot.service import service_in_force
    from escalation.rota import exchange

    current = current_settings()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({type(error).__name__}): check its name") from None
    with open_record(current) as record:
        service = service_in_force(current, record)
        done = record.write(lambda tx: exchange.bring_in(tx, service, data, utc_now()))
    typer.echo(f"{done.added} shifts added, {done.known} were on the rota already, {len(done.left_out)} left out.")
    for planned, why in done.left_out:
        typer.echo(f"left out, {planned.span.starts_at.astimezone(service.zone):%d %B %Y %H:%M}: {why}")
    if done.left_out:
        raise typer.Exit(1)


def _last_day(repeat: str | None, until: str) -> date | None:
    if bool(repeat) != bool(until):
        raise SettingsError("--repeat weekly and --until DAY go together: give both, or neither")
    try:
        return date.fromisoformat(until) if until else None
    except ValueError:
        raise SettingsError(f"--until {until!r} is no day: write it like 2027-03-31") from None
