"""What a changed file has to pass beside the content check: the written conversations, and what the phrases notice."""

from __future__ import annotations

from contextlib import ExitStack

from bot.desk.checks.noticing_again import recall_problems
from bot.desk.checks.rehearsing import Progress, conversation_problems
from content.editorial.edition import Texts, laid_out
from content.editorial.problems import Problem, from_error
from content.editorial.reading import ContentError


def check_draft(
    texts: Texts, key: str, *, before: Texts | None = None, on_progress: Progress = lambda done, of, what: None
) -> list[Problem]:
    """What is wrong with an edition that passed the content check, in which the file `key` was changed.

    `before` is the edition in force (the shipped files where it is left out). Takes seconds for a script and up to one and a half
    minutes for what is said everywhere or decides what is noticed, all of it computing: to be called in a process of its own (`gates_aside`).
    """
    try:
        with ExitStack() as laid:
            new, old = (laid.enter_context(laid_out(edition)) for edition in (texts, before or {}))
            return [*recall_problems(new, old, key, on_progress), *conversation_problems(new, old, key, on_progress)]
    except ContentError as error:
        return from_error(error)
