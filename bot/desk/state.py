"""What the desk's routes share: how drafts are published, and from when on a version is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request

from bot.desk.checks.across_aside import LookingAcross
from bot.desk.drafting.publishing import Publishing
from bot.desk.editing.opened import Library
from bot.desk.phrases.messages import Reread
from bot.desk.training.runs import Trainings
from bot.desk.trying import Rehearsals


@dataclass
class Desk:
    """The desk of one process. `production`: whether only what is signed off may be published.

    `problem`: why the newest edition is not in force; empty where it is. `library`: what drafts are checked against while they
    are written; `messages`: the training messages that phrases are tried on; `rehearsals`: the chats in which drafts are tried;
    `across`: what they mean for the rest of the library; `training`: of the intent service, where it can be started here.
    """

    publishing: Publishing
    production: bool
    clock: Callable[[], datetime]
    problem: Callable[[], str] = lambda: ""
    library: Library = field(default_factory=Library)
    messages: Reread = field(default_factory=Reread)
    across: LookingAcross = field(default_factory=LookingAcross)
    rehearsals: Rehearsals = field(default_factory=Rehearsals)
    training: Trainings | None = None
    _since: dict[int, datetime] = field(default_factory=dict)
    _number: int | None = None

    def use(self, number: int) -> None:
        """The edition with so many published versions is in force from now on."""
        if self._number is not None:
            self._since |= {one: self.clock() for one in range(self._number + 1, number + 1)}
        self._number = number

    def in_force(self, number: int) -> bool:
        """Whether the version with this number is in force, or a later one."""
        return self._number is not None and number <= self._number

    def live_since(self, number: int) -> datetime | None:
        """Since when the version with this number is in force here; `None` where it is not, or was before the program started."""
        return self._since.get(number)


def desk_of(request: Request) -> Desk:
    """The desk that serves this request."""
    desk: Desk = request.app.state.desk
    return desk
