"""Handing a conversation on with the young person's yes, and the second adult."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter

from escalation.console.permissions import GatedRoute
from escalation.console.routes.forms import on_case
from escalation.sharing import transfer

router = APIRouter(route_class=GatedRoute)
form = partial(on_case, router, "write_to_person")

form("transfer", "transfer", lambda sent: transfer.propose(sent.tx, sent.service, sent.case_id, sent.staff, sent["to"], sent.now))
form("transfer/drop", "transfer", lambda sent: transfer.drop(sent.tx, sent.service, sent.case_id, sent.staff, sent.now))
form("second", "second", lambda sent: transfer.watch(sent.tx, sent.service, sent.case_id, sent.staff, sent["who"], sent.now))
form("second/leave", "second", lambda sent: transfer.stop_watching(sent.tx, sent.case_id, sent.staff, sent.now))
