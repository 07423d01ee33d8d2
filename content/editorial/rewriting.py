"""Changing values in a YAML file and nothing else: comments, order and layout stay as somebody wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

Place = tuple[str | int, ...]
WIDE = 140


class _Plain(yaml.SafeDumper):
    """Writes lists below their key, and no `*` in place of what is there twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def rewrite(text: str, values: Mapping[Place, Any]) -> str:
    """`text` with these values in the place of those that are there; lists and mappings are written as `[…]` and `{…}`.

    Raises `KeyError` for a place that is not there.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    spans = sorted(((*_span(_node(root, place)), value) for place, value in values.items()), key=lambda span: span[0], reverse=True)
    for start, end, value in spans:
        text = text[:start] + flow(value) + text[end:]
    return text


def with_item(text: str, place: Place, number: int, item: Mapping[str, Any] | None) -> str:
    """`text` with `item` as this entry of the list at `place`: another one, a further one after the last, or, with `None`, none.

    Raises `KeyError` and `IndexError` for a place that is not there.
    """
    entries = _node(yaml.compose(text, Loader=yaml.SafeLoader), place)
    if not isinstance(entries, yaml.SequenceNode):
        raise KeyError(place)
    if number == len(entries.value) and item is not None:
        return _appended(text, entries, item)
    start, end = _span(entries.value[number])
    start = text.rindex("\n", 0, start) + 1
    column = text[start:].index("-")
    if item is not None:
        return text[:start] + _entry(item, column) + text[end:]
    if len(entries.value) == 1:
        return text[: _span(entries)[0]].rstrip() + " []" + text[end:]
    return text[:start] + text[end:].partition("\n")[2]


def flow(value: Any) -> str:
    """A value in one line, quoted where it has to be."""
    whole = value if not isinstance(value, float) or value != int(value) else int(value)
    # Inside brackets, since more has to be quoted there than on a line of its own.
    written = yaml.dump([whole], Dumper=_Plain, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return written.strip()[1:-1]


def _entry(item: Mapping[str, Any], column: int) -> str:
    written = yaml.dump(dict(item), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDE).rstrip("\n")
    return " " * column + "- " + written.replace("\n", "\n" + " " * (column + 2))


def _appended(text: str, entries: yaml.SequenceNode, item: Mapping[str, Any]) -> str:
    if not entries.value:
        start, end = _span(entries)
        return text[:start].rstrip() + "\n" + _entry(item, 0) + text[end:]
    start, end = _span(entries.value[-1])
    column = text[text.rindex("\n", 0, start) + 1 :].index("-")
    return text[:end] + "\n" + _entry(item, column) + text[end:]


def _node(node: yaml.Node | None, place: Place) -> yaml.Node:
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = {key.value: value for key, value in node.value}[step]
        else:
            raise KeyError(place)
    if node is None:
        raise KeyError(place)
    return node


def _span(node: yaml.Node) -> tuple[int, int]:
    """Where a value begins and ends in the text; a list or mapping over several lines ends with the last value in it."""
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    return node.start_mark.index, last.end_mark.index
