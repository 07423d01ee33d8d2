"""Who is at risk: the writer, or somebody the writer is worried about."""

from __future__ import annotations

from content.editorial.phrases import Group
from nlu.risk.chains import Span
from nlu.risk.lexicon import Found
from nlu.risk.stream import BOUNDARY
from nlu.understanding import Subject

_ACTING = frozenset({"i", "we"})
_OTHERS = frozenset({"he", "she", "they", "him", "her", "them", "himself", "herself", "themself", "themselves"})
_OBJECTS = frozenset({"me", "us", "myself"})
_OTHER_OBJECTS = frozenset({"him", "her", "them", "himself", "herself", "themself", "themselves"})
_LOOK_BACK = 10
_JUST_BEFORE = 4
_JUST_BEHIND = 2


def subject_of(found: Found, group: Group, span: Span, about_other: bool) -> Subject:
    """Who is at risk in the evidence at `span`. `about_other`: the message as a whole reads as being about somebody else."""
    if group.at_risk == "writer":
        return "other" if about_other else "self"
    if group.at_risk == "other":
        return "other"
    if found.spans("context:asking_for_others"):
        return "other"
    nearby = _actor(found, span) if group.at_risk == "actor" else _target(found, span)
    return nearby or ("other" if about_other else "self")


def _actor(found: Found, span: Span) -> Subject | None:
    forms = found.stream.forms
    people = found.spans("context:other_people")
    for place in range(span[1] - 1, max(-1, span[0] - _LOOK_BACK), -1):
        if forms[place] == BOUNDARY and place < span[0]:
            break
        if any(start <= place < end for start, end in people):
            return "other"
        if forms[place] in _ACTING or forms[place] == "myself":
            return "self"
        if forms[place] in _OTHERS:
            return "other"
    return None


def _target(found: Found, span: Span) -> Subject | None:
    forms = found.stream.forms
    people = found.spans("context:other_people")
    near = range(max(0, span[0] - _JUST_BEFORE), min(len(forms), span[1] + _JUST_BEHIND))
    if any(forms[place] in _OBJECTS for place in near):
        return "self"
    if any(forms[place] in _OTHER_OBJECTS or any(start <= place < end for start, end in people) for place in near):
        return "other"
    return None
