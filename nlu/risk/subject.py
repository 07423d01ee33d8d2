"""Who is at risk: the writer, or somebody the writer is worried about."""

from __future__ import annotations

from content.editorial.phrases import Group
from nlu.risk.chains import Span
from nlu.risk.lexicon import Found
from nlu.risk.stream import BOUNDARY
from nlu.understanding import Subject

_WRITER = frozenset({"i", "me", "my", "myself", "we", "us", "mine", "ourselves"})
_ACTING = frozenset({"i", "we"})
_OTHERS = frozenset({"he", "she", "they", "him", "her", "them", "himself", "herself", "themself", "themselves"})
_OBJECTS = frozenset({"me", "us", "myself", "i"})
_OTHER_OBJECTS = frozenset({"him", "her", "them", "himself", "herself", "themself", "themselves"})
_LOOK_BACK = 10


def subject_of(found: Found, group: Group, span: Span) -> Subject:
    """Who is at risk in the evidence at `span`."""
    if group.at_risk == "writer":
        return "self"
    if group.at_risk == "other":
        return "other"
    if found.spans("context:asking_for_others"):
        return "other"
    if group.at_risk == "actor":
        return _actor(found, span)
    return _target(found, span)


def subject_of_message(found: Found) -> Subject:
    """Whom a whole message is about: somebody else, if it begins with them rather than with the writer."""
    if found.spans("context:asking_for_others"):
        return "other"
    people = found.spans("context:other_people")
    forms = [word.form for word in found.stream.words]
    first_other = min((start for start, _ in people), default=len(forms))
    first_writer = next((place for place, form in enumerate(forms) if form in _ACTING), len(forms))
    writers = sum(form in _WRITER for form in forms)
    others = sum(form in _OTHERS for form in forms)
    return "other" if people and first_other < first_writer and others >= writers else "self"


def _actor(found: Found, span: Span) -> Subject:
    forms = [word.form for word in found.stream.words]
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
    return "self"


def _target(found: Found, span: Span) -> Subject:
    forms = [word.form for word in found.stream.words]
    people = found.spans("context:other_people")
    for place in range(span[0], min(len(forms), span[1] + 2)):
        if forms[place] in _OBJECTS:
            return "self"
        if forms[place] in _OTHER_OBJECTS or any(start <= place < end for start, end in people):
            return "other"
    before = forms[max(0, span[0] - _LOOK_BACK) : span[0]]
    if _WRITER.intersection(before) or not people:
        return "self"
    return "other"
