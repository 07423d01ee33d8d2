"""The groups of a file of risk phrases: finding one, changing one of its phrases, adding and taking out. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

import yaml

from bot.desk.editing.forms import Given, clean
from bot.desk.editing.shapes import unshared
from bot.desk.editing.text_edits import NotPlain, with_data
from bot.desk.phrases.fields import with_fields
from content.editorial.edition import kind_of
from content.editorial.reading import parsed

_NO_LISTS = ("risk_phrases/words.yml", "risk_phrases/context.yml")
"""What all phrases share; edited as text."""


class Wrong(Exception):
    """What was typed as a phrase is none; the words say why."""


def is_list(key: str) -> bool:
    """Whether the file with this key holds groups of phrases."""
    return kind_of(key) == "risk_phrases" and key not in _NO_LISTS and "." not in key.removesuffix(".yml")


def data_of(key: str, text: str) -> dict[str, Any] | None:
    """The data of a file of phrases; `None` where no list can show it, and it is edited as text."""
    if not is_list(key):
        return None
    try:
        data = unshared(parsed(text))
        with_data(text, data)
    except (yaml.YAMLError, NotPlain, RecursionError, ValueError):
        return None
    return data if _fits(data) else None


def group_of(data: Any, id: str) -> dict[str, Any] | None:
    """The group with this id, if there is one."""
    return next((one for one in data["groups"] if one["id"] == id), None)


def base_of(data: Any, id: str) -> str:
    """What a form was made from, to see later whether somebody changed this very group."""
    return hashlib.sha256(repr(group_of(data, id)).encode("utf-8", "replace")).hexdigest()[:16]


def typed(data: Any, given: Given) -> dict[str, Any]:
    """A group as a form says it just now, with the phrase that is typed in the place of the one that it was; nothing is put anywhere."""
    id, was = given.get("group", ""), given.get("was", "")
    group = unshared(group_of(data, id)) or {"id": id or _fresh_id(data, given.get("stem", "")), "phrases": []}
    with_fields(group, given)
    phrases, words = group["phrases"], phrase_of(given)
    number = phrases.index(was) if was in phrases else len(phrases)
    phrases[number : number + 1] = [words]
    return group


def with_phrase(data: Any, given: Given) -> Any:
    """The data with what a form says of one phrase and its group; a group that is not there comes last. Raises `Wrong`."""
    words, there = phrase_of(given), group_of(data, given.get("group", ""))
    if not words:
        raise Wrong("Write the phrase, or take it out.")
    if there and words != given.get("was", "") and words in there["phrases"]:
        raise Wrong("This group has that phrase already.")
    group = typed(data, given)
    groups = [group if one is there else one for one in data["groups"]]
    return {**data, "groups": groups if there else [*groups, group]}


def phrase_of(given: Given) -> str:
    """The phrase that is typed, in one line."""
    return " ".join(clean(given.get("phrase", "")).split())


def without_phrase(data: Any, id: str, phrase: str) -> Any:
    """The data without one phrase; without its group, where it was the last one in it."""
    data = unshared(data)
    group = group_of(data, id)
    if group is not None and phrase in group["phrases"]:
        group["phrases"].remove(phrase)
        if not group["phrases"]:
            data["groups"].remove(group)
    return data


def _fresh_id(data: Any, stem: str) -> str:
    """An id that no group of this file has. Ids stand in the record, so nobody types them anew."""
    taken = {one["id"] for one in data["groups"]}
    return next(id for number in range(2, len(taken) + 3) if (id := f"{stem}_{number}") not in taken)


def _fits(data: Any) -> bool:
    groups = data.get("groups") if isinstance(data, dict) else None
    return isinstance(groups, list) and all(map(_is_group, groups)) and len({one["id"] for one in groups}) == len(groups)


def _is_group(one: Any) -> bool:
    phrases = one.get("phrases") if isinstance(one, dict) else None
    return isinstance(phrases, list) and all(isinstance(phrase, str) for phrase in phrases) and isinstance(one.get("id"), str)
