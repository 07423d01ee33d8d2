"""Taking a script out of use at once: in every language it is marked as retired, and nobody is told any more of it."""

from __future__ import annotations

from content.editorial.edition import in_every_language, kind_of, text_of
from content.editorial.reading import parsed
from content.editorial.rewriting import rewrite
from escalation.publishing import Change
from escalation.record import published
from escalation.record.store import Tx

STOPPED = "stopped at once"


def is_script(key: str) -> bool:
    """Whether this file is a script, which can be left unsaid; what the bot says by itself cannot."""
    return kind_of(key) == "guidance"


def stopped(tx: Tx, key: str) -> list[Change]:
    """The changes that take the script of this file out of use. Buttons that lead to it stay, and say that there is nothing now.

    Empty where it is out of use already. Raises `KeyError` for what is no script in force.
    """
    texts = published.texts(tx)
    if not is_script(key) or text_of(texts, key) is None:
        raise KeyError(key)
    found = {one: text for one in in_every_language(key, texts) if (text := text_of(texts, one)) is not None}
    return [
        Change(one, rewrite(text, {("status",): "retired"}), published.version_of(tx, one))
        for one, text in found.items()
        if parsed(text)["status"] != "retired"
    ]
