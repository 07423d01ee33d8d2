"""The check of the organisation's policies: what the program would refuse at its start, and names in them that nothing has.

`policy/rota.yml` is checked with the words, since it needs nothing of the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError, line_of, read_file, read_yaml
from content.editorial.schema import MessageFile
from content.editorial.taxonomy import Taxonomy
from escalation.app_templates import AppTemplates
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record.retention.policy import RetentionPolicy
from escalation.sharing.duties import Duties
from escalation.work.form import Form
from escalation.work.staff_policy import Sharing

POLICIES: dict[str, type[BaseModel]] = {
    "escalation.yml": Policy,
    "ending.yml": EndingPolicy,
    "form.yml": Form,
    "duties.yml": Duties,
    "sharing.yml": Sharing,
    "retention.yml": RetentionPolicy,
    "app_templates.yml": AppTemplates,
}


def policy_problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with the policies in `folder`, which holds `policy/` beside messages and taxonomy."""
    found = [problem for name, kind in POLICIES.items() for problem in _refused(folder / "policy" / name, kind)]
    try:
        return found or [*_told_while_waiting(folder), *_debriefed(folder), *_kept_longest(folder), *_templates(folder)]
    except ContentError:
        return []  # messages or taxonomy cannot be read: the check of the words says so


def _refused(path: Path, kind: type[BaseModel]) -> list[Problem]:
    try:
        read_file(path, kind)
    except ContentError as error:
        return from_error(error)
    return []


def _told_while_waiting(folder: Path) -> Iterator[Problem]:
    """What `escalation.yml` tells young people, where there is no such message."""
    path = folder / "policy" / "escalation.yml"
    policy, lines = read_file(path, Policy), read_yaml(path)[1]
    known = read_file(folder / "messages" / "hand_over.yml", MessageFile).messages
    for part, levels in (("steps", policy.steps), ("nobody_on_duty", policy.nobody_on_duty)):
        for level, steps in levels.items():
            for index, step in enumerate(steps):
                if step.tell and step.tell not in known:
                    yield _unknown(path, line_of(lines, (part, level, index)), step.tell, "messages/hand_over.yml")


def _debriefed(folder: Path) -> Iterator[Problem]:
    """The risk categories that `ending.yml` names, where there is no such category."""
    path = folder / "policy" / "ending.yml"
    named, lines = read_file(path, EndingPolicy).debrief.categories, read_yaml(path)[1]
    known = read_file(folder / "taxonomy.yml", Taxonomy).risk_categories
    for index, name in enumerate(named):
        if name not in known:
            yield _unknown(path, line_of(lines, ("debrief", "categories", index)), name, "taxonomy.yml")


def _kept_longest(folder: Path) -> Iterator[Problem]:
    """The risk categories that `retention.yml` names, where there is no such category."""
    path = folder / "policy" / "retention.yml"
    named, lines = read_file(path, RetentionPolicy).cases.child_sexual_abuse.categories, read_yaml(path)[1]
    known = read_file(folder / "taxonomy.yml", Taxonomy).risk_categories
    for index, name in enumerate(named):
        if name not in known:
            yield _unknown(path, line_of(lines, ("cases", "child_sexual_abuse", "categories", index)), name, "taxonomy.yml")


def _templates(folder: Path) -> Iterator[Problem]:
    """The messages that `app_templates.yml` names, where there is no such message."""
    path = folder / "policy" / "app_templates.yml"
    named, lines = read_file(path, AppTemplates).templates, read_yaml(path)[1]
    known = read_file(folder / "messages" / "templates.yml", MessageFile).messages
    for index, template in enumerate(named):
        if template.message.removeprefix("templates.") not in known:
            yield _unknown(path, line_of(lines, ("templates", index, "message")), template.message, "messages/templates.yml")


def _unknown(path: Path, line: int, name: str, where: str) -> Problem:
    return Problem(path, line, f"there is no {name!r} in {where}", "use a name that is there; check its spelling")
