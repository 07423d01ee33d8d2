"""The policies that are changed on the settings pages: where they are, how they stand, and putting a change in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from pydantic import BaseModel

from content.editorial.edition import text_of
from content.editorial.opening import Opening
from content.editorial.reading import parsed
from escalation.console.policy_form import Edited, Setting, edit, settings_of
from escalation.console.putting_in_force import Tried
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record import published
from escalation.record.published import Version
from escalation.record.retention.policy import Confirmed, RetentionPolicy
from escalation.record.store import Tx

ROOM_FOR_NOTE = 200


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy: its name in addresses, its content file, and what staff call it."""

    name: str
    kind: type[BaseModel]
    title: str
    about: str

    @property
    def key(self) -> str:
        """The path of the file below `content/`."""
        return f"policy/{self.name}.yml"


TIMES = (
    PolicyFile(
        "escalation",
        Policy,
        "While somebody waits",
        "Who is asked when, and when the young person hears the truth. A running case keeps its plan.",
    ),
    PolicyFile("rota", Opening, "Opening hours", "When an adult can be reached, bank holidays and closed days."),
    PolicyFile("ending", EndingPolicy, "After a conversation", "Check-ins, and how the adult is after a hard case."),
)
RETENTION = PolicyFile("retention", RetentionPolicy, "How long things are kept", "A change holds for what is there already, too.")
FILES = {file.name: file for file in (*TIMES, RETENTION)}


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """A policy as its form shows it. `typed` came back with the form; `edited` is what comes of it; `wrong` what is wrong with all of it.

    `checking`: the checks of a change run; `clash`: somebody else changed it meanwhile.
    """

    file: PolicyFile
    version: int
    settings: tuple[Setting, ...]
    versions: tuple[Version, ...]
    typed: Mapping[str, str] = field(default_factory=dict)
    edited: Edited | None = None
    wrong: tuple[str, ...] = ()
    note: str = ""
    checking: bool = False
    clash: bool = False

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, list[Setting]]]]]:
        """The settings by heading, and under it by what they belong to; single ones last."""
        by_group: dict[str, list[Setting]] = {}
        for setting in sorted(self.settings, key=lambda one: one.group == "More"):
            by_group.setdefault(setting.group, []).append(setting)
        return [(group, [(row, list(some)) for row, some in groupby(found, lambda one: one.row)]) for group, found in by_group.items()]

    def value(self, setting: Setting) -> str:
        """What stands in a field."""
        return self.typed.get(setting.name, setting.value)

    def problem(self, setting: Setting) -> str:
        """What is wrong with a field; empty where nothing is."""
        return self.edited.wrong.get(setting.name, "") if self.edited else ""

    def touched(self, settings: list[Setting]) -> bool:
        """Whether one of these comes back changed or wrong."""
        return any(self.value(one) != one.value or self.problem(one) for one in settings)

    @property
    def ready(self) -> bool:
        """Whether there are changes that can be put in force as they are."""
        return bool(self.edited and self.edited.changes and not self.edited.wrong and not self.wrong)


def shown(tx: Tx, file: PolicyFile) -> PolicyShown:
    """The policy in force."""
    settings = settings_of(file.kind.model_validate(parsed(text(tx, file.key))))
    return PolicyShown(file, published.version_of(tx, file.key), tuple(settings), tuple(published.versions(tx, file.key)))


def with_try(tx: Tx, file: PolicyFile, tried: Tried | None) -> PolicyShown:
    """The policy in force, with what somebody typed who could not put it in force."""
    if tried is None or tried.running:
        return replace(shown(tx, file), checking=tried is not None)
    values = settings_of(file.kind.model_validate(parsed(tried.change.text or "")))
    done, typed = edited(tx, file, tried.change.base, {one.name: one.value for one in values})
    if not done.changes:
        return shown(tx, file)
    return replace(shown(tx, file), edited=done, typed=typed, wrong=tried.wrong, clash=tried.outdated)


def confirmed(tx: Tx) -> Confirmed:
    """Who confirmed the retention periods in force, and when."""
    return RetentionPolicy.model_validate(parsed(text(tx, RETENTION.key))).confirmed


def text(tx: Tx, key: str) -> str:
    """The text of a content file in force; empty where there is none."""
    return text_of(published.texts(tx), key) or ""


def text_of_version(tx: Tx, key: str, version: int) -> str:
    """The text of one version, the shipped one for 0. Raises `KeyError` where there is no such version."""
    found = published.text_at(tx, key, version) if version else text_of({}, key)
    if found is None:
        raise KeyError(key)
    return found


def back_to(version: int) -> str:
    """The note of an editor who puts an earlier version in force again."""
    return "back to the shipped version" if version == 0 else f"back to version {version}"


def edited(tx: Tx, file: PolicyFile, base: int, typed: Mapping[str, str]) -> tuple[Edited, Mapping[str, str]]:
    """What comes of a form that was made from the version `base`, put onto the version in force; and what was typed, likewise.

    A field that was left as it was in `base` has the value in force, so that nothing that somebody else changed is undone.
    """
    before = settings_of(file.kind.model_validate(parsed(text_of_version(tx, file.key, base))))
    left = {one.name for one in before if typed.get(one.name, one.value) == one.value}
    meant = {name: value for name, value in typed.items() if name not in left}
    return edit(text(tx, file.key), file.kind, meant), meant


def note(edited: Edited, why: str) -> str:
    """What the list of versions says of a change: why, and what it is."""
    what = "; ".join(change.what for change in edited.changes)
    whole = f"{why.strip()} ({what})" if why.strip() else what
    return whole if len(whole) <= ROOM_FOR_NOTE else whole[: ROOM_FOR_NOTE - 1] + "…"
