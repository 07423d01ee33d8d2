"""What changed files have to pass beside the content check: the written conversations, and what the phrases notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack

from bot.desk.checks.noticing_again import recall_problems
from bot.desk.checks.rehearsing import OWN_TIMES, conversation_problems
from bot.desk.checks.taught import taught_problems
from content.editorial.edition import Texts, laid_out
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError
from escalation.publishing import Progress, unwatched


def check_changes(texts: Texts, keys: Collection[str], *, before: Texts | None = None, on_progress: Progress = unwatched) -> list[Problem]:
    """What is wrong with an edition that passed the content check, in which these files were changed.

    `before` is the edition in force (the shipped files where it is left out). Takes seconds for a script and up to one and a half
    minutes for what is said everywhere or decides what is noticed, all of it computing: to be called in a process of its own (`gates_aside`).
    """
    own_times = [key for key in keys if key in OWN_TIMES]
    words = [key for key in keys if key not in OWN_TIMES]
    try:
        return [
            *_tried(_as_shipped(texts, ()), _as_shipped(before or {}, ()), words, on_progress),
            *_tried(_as_shipped(texts, own_times), _as_shipped(before or {}, own_times), own_times, on_progress),
        ]
    except ContentError as error:
        return from_error(error)


def _tried(texts: Texts, before: Texts, keys: Collection[str], on_progress: Progress) -> Iterator[Problem]:
    if not keys:
        return
    with ExitStack() as laid:
        new, old = (laid.enter_context(laid_out(edition)) for edition in (texts, before))
        yield from recall_problems(new, old, keys, on_progress)
        yield from conversation_problems(new, old, keys, on_progress)
        yield from taught_problems(new, keys)


def _as_shipped(texts: Texts, but: Collection[str]) -> Texts:
    """The edition with the times, days and people of the service that the conversations are written for.

    With an organisation's own hours nobody would be on duty in most of them, and they would fail before a change as they do after it.
    """
    return {key: text for key, text in texts.items() if key not in OWN_TIMES or key in but}
