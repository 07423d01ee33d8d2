"""Sharing without agreement, deciding not to, legal duties, and passing on without a name."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter

from escalation.console.permissions import GatedRoute
from escalation.console.routes.forms import Sent, on_case
from escalation.sharing import override, reports
from escalation.sharing.override import Decision

router = APIRouter(route_class=GatedRoute)
form = partial(on_case, router, "work_on_case")
_WRITTEN = ("recipient", "what", "reason", "legal_basis", "risk", "told", "unsafe_to_tell", "ground")


def _share(sent: Sent) -> None:
    made = Decision(**{name: sent[name] for name in _WRITTEN}, afterwards=sent["afterwards"] == "yes")
    override.share(sent.tx, sent.service, sent.case_id, sent.staff, made, sent.now)


def _do_not_share(sent: Sent) -> None:
    override.do_not_share(sent.tx, sent.service, sent.case_id, sent.staff, sent["recipient"], sent["reason"], sent.now)


def _record_duty(sent: Sent) -> None:
    outcome, why, told = (sent[name] for name in ("outcome", "why", "told"))
    reports.record_duty(sent.tx, sent.service, sent.case_id, sent.staff, sent.path["duty_id"], outcome, why, told, sent.now)


def _ask_to_pass_on(sent: Sent) -> None:
    reports.ask_to_pass_on(sent.tx, sent.service, sent.case_id, sent.staff, sent["recipient"], sent["what"], sent.now)


form("share", "share", _share, to="timeline")
form("do-not-share", "not_share", _do_not_share, to="timeline")
form("duties/{duty_id}", "duty-{duty_id}", _record_duty)
form("pass-on", "pass", _ask_to_pass_on)
form(
    "passed-on",
    "sent",
    lambda sent: reports.passed_on(sent.tx, sent.case_id, sent.staff, sent["asked"], sent["how"], sent.now),
    to="timeline",
)
