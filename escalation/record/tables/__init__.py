"""Every table of the product, one metadata. Columns that end in `_sealed` hold envelopes (see `envelope`).

What each column is for, and on which lawful basis it is held, stands in `data_map.yml`; a test keeps the two equal.
"""

from escalation.record.tables.audit import AuditEnd, AuditRow, Destruction, KeyRow
from escalation.record.tables.base import Table
from escalation.record.tables.cases import (
    AgreementRow,
    CallBack,
    CaseCategory,
    CaseEvent,
    CaseRow,
    CheckIn,
    Concern,
    Debrief,
    Draft,
    DueRow,
    Feedback,
    PromiseRow,
)
from escalation.record.tables.conversations import Address, ConversationRow, InboxRow, OutboxRow, Person
from escalation.record.tables.desk import DraftReview, DraftRow, PublishJob
from escalation.record.tables.erasures import Erasure
from escalation.record.tables.insight import InsightCount
from escalation.record.tables.keys import MasterKey
from escalation.record.tables.leases import LeaseRow
from escalation.record.tables.panel import PanelComment, PanelItem, PanelReaction, PanelRound, PanelVoice
from escalation.record.tables.published import PublishedRow
from escalation.record.tables.signing_in import Passkey, SignInChallenge
from escalation.record.tables.staff import Absence, Shift, ShiftSwap, Staff, StaffSession, StaffUpdate
from escalation.record.tables.tries import Tries

__all__ = [
    "Absence",
    "Address",
    "AgreementRow",
    "AuditEnd",
    "AuditRow",
    "CallBack",
    "CaseCategory",
    "CaseEvent",
    "CaseRow",
    "CheckIn",
    "Concern",
    "ConversationRow",
    "Debrief",
    "Destruction",
    "Draft",
    "DraftReview",
    "DraftRow",
    "DueRow",
    "Erasure",
    "Feedback",
    "InboxRow",
    "InsightCount",
    "KeyRow",
    "LeaseRow",
    "MasterKey",
    "OutboxRow",
    "PanelComment",
    "PanelItem",
    "PanelReaction",
    "PanelRound",
    "PanelVoice",
    "Passkey",
    "Person",
    "PromiseRow",
    "PublishJob",
    "PublishedRow",
    "Shift",
    "ShiftSwap",
    "SignInChallenge",
    "Staff",
    "StaffSession",
    "StaffUpdate",
    "Table",
    "Tries",
]
