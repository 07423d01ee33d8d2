"""`breakwater retention`."""

from __future__ import annotations

import typer

from bot.cli.common import current_settings, end, open_record, told, utc_now

app = typer.Typer(no_args_is_help=True, help="How long things are kept (content/policy/retention.yml).")


@app.command("show")
@told
def retention_show() -> None:
    """What a run would destroy now, and what holds keep. Destroys nothing."""
    from bot.service import service_in_force
    from escalation.record.retention import running, stamping

    current = current_settings()
    with open_record(current) as record:
        service = service_in_force(current, record)
        stamping.stamp(record, service.retention)
        report = record.read(lambda tx: running.report(tx, service.retention, utc_now()))
    confirmed = service.retention.confirmed
    by = f"confirmed by {confirmed.by} on {confirmed.on}" if confirmed else "NOT CONFIRMED by a data protection officer yet"
    typer.echo(f"policy version {service.retention.version}, {by}")
    typer.echo("over now: " + (", ".join(f"{count} {kind}" for kind, count in sorted(report.over.items())) or "nothing"))
    for hold in report.held:
        since = f"held since {hold.since:%d %B %Y}"
        review = f", to be looked at again from {hold.review_at:%d %B %Y} on" if hold.review_at else ""
        over = f"; its time was over on {hold.over_since:%d %B %Y}" if hold.over_since else ""
        typer.echo(f"case {hold.case_id}: {since}{review}{over}")


@app.command("run")
@told
def retention_run() -> None:
    """Destroy now what is over. The service does so by itself each hour."""
    from bot.service import service_in_force
    from escalation.record.retention import running

    current = current_settings()
    with open_record(current) as record:
        done = running.run(record, service_in_force(current, record).retention, utc_now())
    typer.echo("destroyed: " + (", ".join(f"{count} {kind}" for kind, count in sorted(done.destroyed.items())) or "nothing"))
    if not done.folded_in:
        end("older pages are still in the write-ahead log, since somebody was reading: run it again in a moment")
