"""What may still be said in an app that takes free words only for a while after somebody last wrote (WhatsApp: 24 hours).

Later it takes only templates that it approved. There are two, and they give nothing away (S75, S77): the check-in, and "there is
something new for you". Everything else is held back until the young person carries on. Without an approved template nothing goes
out, and whoever works on it is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from content.editorial.release import reason_to_hold
from escalation import alerts, cases, discreet
from escalation.app_templates import Approved, Template
from escalation.context import Service
from escalation.ending import check_ins
from escalation.record import history, messages, people
from escalation.record.store import Tx
from escalation.record.tables import Address, CaseRow, OutboxRow
from escalation.words import message, tokens

MESSAGES = {check_ins.TACT: "templates.check_in", discreet.KNOCK: "templates.knock"}
"""The template for what a bubble carries."""
FILE = "messages/templates.yml"

TO_BE_SAFE = timedelta(minutes=2)
"""So long before the app's time is over, it counts as over: the words are still on their way."""


def is_free(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> bool:
    """Whether the app takes any words for this person now."""
    free_for = service.app(row.channel).free_for
    if free_for is None or row.person_id is None or row.address_id is None:
        return True
    return now < tx.session.get_one(Address, row.address_id).last_used_at + free_for - TO_BE_SAFE


def instead(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> Approved | None:
    """The template in the place of a bubble that is not taken any more, whose words the row has from now on.

    `None`: the bubble does not go out now. It is held back, or dropped where no words are approved.
    """
    if (id := MESSAGES.get(row.tact or "")) is None:
        discreet.hold(tx, service, row, now)
        return None
    template = _approved(tx, service, row, id, now)
    if template is None:
        none_approved(tx, service, row, now)
        return None
    someone = people.person(tx, row.person_id or "")
    library = service.speaking(template.language, now).library
    words = messages.packed(message(library, id, someone.age_band)[0], tokens(library.message(id).buttons))
    row.body_sealed = tx.vault.seal_for(someone, "outbox.body", row.id, words)
    return Approved(template.name, template.code)


def none_approved(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> None:
    """Nothing can be said there by ourselves. What was held back stays so until they write."""
    if row.tact == check_ins.TACT:
        check_ins.not_approved(tx, service, row, now)
        return
    row.state = discreet.DROPPED
    case = tx.session.get(CaseRow, row.case_id) if row.case_id else cases.open_case(tx, row.person_id or "")
    if case is not None:
        history.record(tx, case, "not_approved", now, actor="system")
        alerts.alert(tx, service, case, check_ins.who_looks(tx, service, case, now), now, "staff.not_approved")
        tx.signal(f"case:{case.id}")


def closed_early(tx: Tx, service: Service, row: OutboxRow, now: datetime) -> None:
    """The app says that its time is over, earlier than we thought: so it counts from now on, and the bubble is looked at again.

    It may say so late: whoever wrote since the bubble went out has begun a new time, in which they must not be left without answers.
    """
    free_for, address = service.app(row.channel).free_for, tx.session.get_one(Address, row.address_id)
    if free_for is not None and (row.sent_at is None or address.last_used_at <= row.sent_at):
        address.last_used_at = min(address.last_used_at, now - free_for)
    row.state, row.sent_at = "pending", None


def _approved(tx: Tx, service: Service, row: OutboxRow, id: str, now: datetime) -> Template | None:
    """In their language where the app approved it, else in English; only signed off words in production."""
    today = now.astimezone(service.zone).date()
    if service.only_signed and reason_to_hold(service.library.own_words[FILE], today):
        return None
    spoken = service.speaking(people.person(tx, row.person_id or "").language, now).library.language_of(id)
    return next(service.app_templates.approved(row.channel, id, spoken), None)
