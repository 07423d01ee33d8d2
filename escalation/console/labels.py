"""What ids of the record are called on the console's pages. The urgency words stand in `messages/staff.yml`."""

from __future__ import annotations

from escalation.consent import Scope
from escalation.reading import CaseReading

ROLES = {"worker": "Youth worker", "lead": "Safeguarding lead", "editor": "Editor", "admin": "Administrator"}
CHECKED = {"ok": "Well", "attention": "Needs somebody", "broken": "Does not work", "unknown": "Not known"}
AGES = {
    "under_13": "Under 13",
    "13_15": "13 to 15",
    "16_17": "16 or 17",
    "18_25": "18 to 25",
    "unknown": "Age not said (treat as under 16)",
}
STAGES = {
    "offered": "An adult was offered",
    "refused": "Said no to an adult",
    "waiting": "Waiting",
    "live": "In conversation",
    "paused": "Paused: they changed their mind",
    "closing": "Ending together",
    "follow_up": "Ended, with a check-in to come",
    "closed": "Closed",
}
SCOPES = {
    Scope.WANTS_TO_TALK: "Agreed: only that someone wants to talk",
    Scope.SUMMARY: "Agreed: a short summary, as they corrected it",
    Scope.CHAT: "Agreed: the chat so far, and what follows",
}
OUTCOMES = {
    "guidance_given": "Guidance given",
    "plan_made": "A plan was made together",
    "referred": "Referred on",
    "emergency_services": "Emergency services called",
    "signposted": "Pointed to another service",
    "left_the_chat": "They left the chat",
    "mistaken_flag": "A mistake: no sign of harm",
    "withdrawn": "They changed their mind",
    "drill_passed": "Drill: picked up",
    "drill_failed": "Drill: nobody picked up",
}
FLAGS = {
    "position_of_trust": "Names somebody in a position of trust",
    "sexual_activity": "Sexual activity",
    "age_under_13": "Under 13",
    "lead:refused_urgent": "Said no to an adult, and it is urgent",
    "lead:withdrawn_urgent": "Changed their mind, and it is urgent",
    "lead_decided": "Decided by the lead",
}
BEFORE = {1: "Bad", 2: "So-so", 3: "OK"}
AFTER = {1: "Worse than before", 2: "About the same", 3: "Better than before"}
PLAN_STATES = {"proposed": "Suggested, not answered yet", "agreed": "In the plan", "left_out": "Left out"}
CHECK_INS = {
    "to_come": "Agreed",
    "sent": "Sent, not answered yet",
    "fine": "They say they are OK",
    "not_fine": "They said that they are not OK",
    "stopped": "Stopped by them",
    "quiet": "Not answered",
    "unreached": "Could not be delivered: the chat was blocked or left",
    "unapproved": "Not sent: their app takes only approved words by now, and none are approved",
    "not_needed": "Not sent, as they were talking to somebody again",
}
HELD = {
    "contact": "it seems to hold a phone number, address or account. Neither side should know the other's account.",
    "secrecy": "it can be read as asking for a secret. We never promise or ask for that.",
    "image": "it can be read as asking for a picture. We never ask for one.",
}
DELIVERY = {
    "pending": "Waits to be sent",
    "sending": "Being sent",
    "sent": "Delivered",
    "sent:telegram": "Delivered to Telegram",
    "sent:whatsapp": "Delivered to WhatsApp",
    "sent:webchat": "Delivered to their page",
    "arrived": "Arrived on their phone",
    "failed": "Not delivered",
    "failed:undeliverable": "Not delivered: they have blocked or left the chat there",
    "failed:no_address": "Not delivered: nothing reaches them there any more",
    "pending:try_later": "Waits: their app did not take it yet, it is tried again",
    "held": "Waits until they carry on",
    "dropped": "Not sent: it had been put off and did not fit any more",
}
"""How far a message has come. Whether it was read is not kept: that is nobody's business."""
KINDS = {
    "media": "Sent {media}. Nothing was opened or kept.",
    "started": "Opened the chat.",
    "left": "Left the chat.",
    "unsupported": "Sent something this service cannot read.",
}
CONTEXTS = {
    "home": "At home",
    "peers": "Among friends and peers",
    "school": "School or college",
    "public_place": "A public place",
    "online": "Online",
}
DECISIONS = {"refer": "Refer", "no_referral": "No referral", "done": "Done", "not_done": "Not done"}
NATIONS = {"england": "England", "wales": "Wales", "scotland": "Scotland", "northern_ireland": "Northern Ireland"}
LEVELS = {"worry": "Worried", "concern": "Concern", "urgent": "Urgent", "immediate": "Immediate"}
LEDGER = {
    "given": "Said yes",
    "refused": "Said no",
    "withdrawn": "Changed their mind: sharing stopped",
    "override": "Shared without agreement, by a recorded decision",
}


READS = {
    "case_read": "Opened it",
    "case_shown": "Saw it in a list",
    "call_back_read": "Read the number to call",
    "referral_made": "Made a referral",
    "account_released": "Saw their account or number, for the emergency services",
}
CONCERNS = {"staff": "A concern about a member of staff", "service": "A complaint about the service"}


def agreement(card: CaseReading) -> str:
    """What the young person agreed to, always in words."""
    if card.override:
        return LEDGER["override"]
    agreed = SCOPES[card.scope] if card.scope else ""
    if card.basis == "immediate":
        told = "Life at risk: shared without asking, and they were told"
        return f"{told}. Since then: {agreed[0].lower()}{agreed[1:]}" if agreed else told
    return agreed or "No agreement: nothing they wrote is shared"


def delivery(state: str, channel: str | None, problem: str | None) -> str:
    """How far a message of ours has come, and why it did not arrive, as far as that is known."""
    return DELIVERY.get(f"{state}:{channel if state == 'sent' else problem}") or DELIVERY.get(state) or DELIVERY["pending"]


def flag(id: str) -> str:
    """A flag in words."""
    return FLAGS.get(id) or id.rpartition(":")[2].replace("_", " ").capitalize()


def plain(id: str) -> str:
    """An id of the taxonomy in words."""
    return "FGM" if id == "fgm" else id.replace("_", " ").capitalize()
