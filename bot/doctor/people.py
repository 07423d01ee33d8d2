"""The people without whom nobody is helped: who can sign in, who is on duty, and whether alerts reach them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.channels.apprise import not_understood
from bot.doctor.installation import Installation
from bot.doctor.verdict import Verdict, attention, broken, counted, listed, ok
from escalation import drills
from escalation.context import Service
from escalation.record import duty
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Shift, Staff
from escalation.rota import gaps
from escalation.rota.spans import Span, merged
from escalation.words import clock, day_and_time

WEEK = timedelta(days=7)


def check_team(one: Installation) -> Verdict:
    """Whether a lead, somebody who may serve, and an administrator can sign in."""
    people = one.read(_people)
    able = [row for row in people if _can_sign_in(row)]
    missing = []
    if not any(row.role == "lead" for row in able):
        missing.append("no safeguarding lead can sign in")
    if not any(row.role in duty.ON_THE_ROTA and duty.may_serve(row, one.now) for row in able):
        missing.append("nobody with current vetting and training can sign in")
    if not any(row.role == "admin" for row in able):
        missing.append("no administrator can sign in")
    if missing:
        told = "; ".join(missing)
        return broken(
            f"{told[:1].upper()}{told[1:]}.", "Invite them on the Staff page (or `breakwater staff add`), and record their dates there."
        )
    lapsed = [row.name for row in people if row.role in duty.ON_THE_ROTA and not duty.may_serve(row, one.now)]
    if lapsed:
        return attention(
            f"Without current vetting and training: {listed(lapsed)}.", "Record the dates on the Staff page; until then they do not count."
        )
    return ok(f"{counted(len(able), 'person', 'people')} can sign in, a safeguarding lead and an administrator among them.")


def check_rota(one: Installation) -> Verdict:
    """Whether somebody is on the rota for all opening hours of the next seven days."""
    service = one.service
    week = Span(one.now, one.now + WEEK)
    missing = one.read(lambda tx: merged(gaps.inside(tx, service, week)))
    if not missing:
        return ok("Somebody is on the rota for all opening hours of the next 7 days.")
    if missing == [week]:
        return broken("Nobody is on the rota in the next 7 days.", "Plan the week on the Rota page, or let the set-up page propose one.")
    named = "; ".join(_named(gap, service, one.now) for gap in missing[:5])
    more = f"; and {len(missing) - 5} more" if len(missing) > 5 else ""
    verdict = broken if any(gap.starts_at <= one.now for gap in missing) else attention
    return verdict(f"Nobody is on duty {named}{more}.", "Fill these times on the Rota page, or change the opening hours.")


def check_alerts(one: Installation) -> Verdict:
    """Whether an alert reaches everybody who is on the rota in the next seven days, somewhere else than in the console."""
    on_rota = one.read(lambda tx: _on_rota(tx, one.now))
    if not on_rota:
        return attention("Nobody is on the rota, so nobody is alerted.", "Plan the rota first.")
    urls = one.settings.alert_urls.get_secret_value().split()
    if wrong := not_understood(urls):
        return broken(
            f"{wrong} of {len(urls)} alert addresses are not understood.", "Correct BREAKWATER_ALERT_URLS: they are Apprise addresses."
        )
    by_phone = one.settings.telegram_token is not None
    without = [row.name for row in on_rota if not (by_phone and row.telegram)]
    if without and not urls:
        return attention(
            f"Only the console tells {listed(without)} that somebody waits.",
            "Set BREAKWATER_ALERT_URLS (SMS, e-mail, Teams and more, through Apprise), or add people with their Telegram id.",
        )
    return ok(
        "Alerts go to "
        + (f"{counted(len(urls), 'address', 'addresses')} outside" if urls else "everybody's Telegram")
        + ", and to the console."
    )


def check_out_of_hours(one: Installation) -> Verdict:
    """Whether somebody is asked when nobody of the staff answers."""
    urls = one.settings.out_of_hours_url.get_secret_value().split()
    if not urls:
        return attention("There is no out-of-hours contact: when nobody answers, nobody else is asked.", "Set BREAKWATER_OUT_OF_HOURS_URL.")
    if wrong := not_understood(urls):
        return broken(
            f"{wrong} of {len(urls)} addresses of the out-of-hours contact are not understood.", "Correct BREAKWATER_OUT_OF_HOURS_URL."
        )
    return ok(f"When nobody answers, {one.settings.out_of_hours_name} is asked.")


def check_drill(one: Installation) -> Verdict:
    """How the last drill went, and how long ago it was."""
    last = one.read(_last_drill)
    if last is None:
        return attention("There was no drill yet.", "Run one with `breakwater drill`, and each night with BREAKWATER_DRILL_AT.")
    when = day_and_time(last.opened_at, one.service)
    if last.outcome == drills.FAILED:
        return attention(f"Nobody picked up the last drill, {when}.", "Find out why with whoever was on duty, then run `breakwater drill`.")
    if one.now - last.opened_at > WEEK:
        return attention(
            f"The last drill was {(one.now - last.opened_at).days} days ago.", "Set BREAKWATER_DRILL_AT: then there is one each night."
        )
    picked_up = last.outcome == drills.PASSED
    return ok(f"The last drill, {when}, was picked up.") if picked_up else ok(f"A drill runs since {when}, and waits to be picked up.")


def _people(tx: Tx) -> list[Staff]:
    return list(tx.session.scalars(select(Staff).where(Staff.closed_at.is_(None)).order_by(Staff.name)))


def _can_sign_in(row: Staff) -> bool:
    return row.invite is None and (row.password_hash is not None or row.single_sign_on is not None)


def _named(gap: Span, service: Service, now: datetime) -> str:
    starts, ends = (at.astimezone(service.zone) for at in (gap.starts_at, gap.ends_at))
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%A %H:%M}"
    return f"{'now' if gap.starts_at <= now else clock(gap.starts_at, now, service)}, until {until}"


def _on_rota(tx: Tx, now: datetime) -> list[Staff]:
    rows = select(Staff).join(Shift, Shift.staff_id == Staff.id).where(Shift.ends_at > now, Shift.starts_at < now + WEEK)
    return list(tx.session.scalars(rows.distinct().order_by(Staff.name)))


def _last_drill(tx: Tx) -> CaseRow | None:
    return tx.session.scalar(select(CaseRow).where(CaseRow.drill).order_by(CaseRow.opened_at.desc()).limit(1))
