"""`breakwater rota`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import current_settings, open_record, time_given, told

app = typer.Typer(no_args_is_help=True, help="Who is on duty.")


@app.command("add")
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

    current = current_settings()
    first, last = time_given(starts, "--from", current), time_given(ends, "--to", current)
    with open_record(current) as record:

        def add(tx: object) -> None:
            staff = duty.staff_named(tx, worker)  # type: ignore[arg-type]
            if staff is None:
                raise RotaError(
                    f"there is no member of staff named {worker!r}: see the Staff page, or add them with `breakwater staff add`"
                )
            duty.add_shift(tx, staff, first, last, backup)  # type: ignore[arg-type]

        record.write(add)
    typer.echo(f"{worker} is on the rota from {first:%d %B %H:%M} to {last:%d %B %H:%M}{' as back-up' if backup else ''}.")
