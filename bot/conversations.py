"""A conversation's state as the record has it, for whoever goes on with it."""

from __future__ import annotations

import logging

from pydantic import ValidationError

from bot.dialogue.state import Conversation
from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import Person

log = logging.getLogger(__name__)


def load(tx: Tx, someone: Person) -> Conversation:
    """The state as it was left; one that does not read any more (a mistake of ours) starts anew, as private as it gets."""
    state = people.load_conversation(tx, someone)
    if state is None:
        return Conversation()
    try:
        return Conversation.model_validate_json(state)
    except ValidationError as error:
        log.error("a conversation's state does not read (%d problems) and starts anew", error.error_count())
        return Conversation(told_limits=True, private_matter=True)
