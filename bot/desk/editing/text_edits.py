"""Putting changed data into a YAML text: what did not change stays byte for byte, comments and order among it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import yaml

from content.editorial.reading import parsed
from content.editorial.rewriting import flow

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ANCHOR = re.compile(r"&\S+\s+")
_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?\n")
Entry: TypeAlias = tuple[yaml.Node, yaml.Node]


class NotPlain(Exception):
    """This YAML does things that no form can keep: it is edited as text."""


def with_data(text: str, wanted: Any) -> str:
    """`text`, changed so that it says `wanted`; a mapping's order counts.

    Raises `NotPlain`, also for what is no YAML.
    """
    try:
        changed = _Rewriter(text).whole(wanted)
        if not _says(changed, wanted):
            # Somebody else's words stand in for these (`*name`), and only one of the two changes.
            changed = _Rewriter(without_aliases(text)).whole(wanted)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise NotPlain(type(error).__name__) from None
    if not _says(changed, wanted):
        raise NotPlain("it would say something else")
    return changed


def without_aliases(text: str) -> str:
    """`text` with each `*name` written out."""
    anchors: dict[str, Any] = {}
    found = [token for token in yaml.scan(text, Loader=yaml.SafeLoader) if isinstance(token, yaml.AliasToken)]
    _note_anchors(yaml.compose(text, Loader=_SAFE), parsed(text), text, anchors)
    for token in reversed(found):
        text = text[: token.start_mark.index] + flow(anchors[token.value]) + text[token.end_mark.index :]
    return text


def _note_anchors(node: yaml.Node | None, data: Any, text: str, anchors: dict[str, Any]) -> None:
    if node is None:
        return
    if found := _ANCHOR.match(text, node.start_mark.index):
        anchors[found[0].strip()[1:]] = data
    if isinstance(node, yaml.MappingNode):
        for (_, value), inside in zip(node.value, data.values(), strict=True):
            _note_anchors(value, inside, text, anchors)
    elif isinstance(node, yaml.SequenceNode):
        for value, inside in zip(node.value, data, strict=True):
            _note_anchors(value, inside, text, anchors)


class _Rewriter:
    """One text and its nodes."""

    def __init__(self, text: str) -> None:
        self.text = text if not text or text.endswith("\n") else text + "\n"
        self.root, self.data = yaml.compose(text, Loader=_SAFE), parsed(text)

    def whole(self, wanted: Any) -> str:
        if self.root is None or not isinstance(self.root, yaml.MappingNode) or not isinstance(wanted, dict):
            raise ValueError("no mapping")
        if _same(self.data, wanted):
            return self.text
        start, end = self._span(self.root)
        return self.text[:start] + self._value(self.root, self.data, wanted) + self.text[end:]

    def _value(self, node: yaml.Node, data: Any, wanted: Any) -> str:
        """The text of a value that is to say `wanted`, from where it begins to where it ends."""
        start, end = self._span(node)
        if _same(data, wanted):
            return self.text[start:end]
        if isinstance(node, yaml.MappingNode) and not node.flow_style:
            return self._mapping(node, data, wanted)
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            return self._sequence(node, data, wanted)
        return (" " if start == end else "") + flow(wanted)

    def _span(self, node: yaml.Node) -> tuple[int, int]:
        """Where a value begins, after its `&name`, and ends; a block collection ends with the last value in it that stands there itself."""
        anchor = _ANCHOR.match(self.text, node.start_mark.index)
        start, end = anchor.end() if anchor else node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            inside = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
            end = max(self._span(part)[1] for part in inside)
            if isinstance(node, yaml.MappingNode):
                end = max(end, self._alias_end(*node.value[-1]))
        elif isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        return start, end

    def _alias_end(self, key: yaml.Node, value: yaml.Node) -> int:
        """The end of an entry's line where a `*name` stands for its value."""
        end = key.end_mark.index
        return self.text.index("\n", end) if value.start_mark.index < end else end

    def _mapping(self, node: yaml.MappingNode, data: dict[Any, Any], wanted: dict[Any, Any]) -> str:
        """A block mapping: its entries in the order of `wanted`, each with the comments above it."""
        if len(node.value) != len(data):
            raise ValueError("a key twice, or a merge")
        start, end = self._span(node)
        column = self._column(start)
        cuts = self._cuts([key.start_mark.index for key, _ in node.value], start, end)
        there = {name: (pair, cut) for name, pair, cut in zip(data, node.value, cuts, strict=True)}
        if not self._begins_line(start) and next(iter(wanted)) != next(iter(data)):
            raise ValueError("the first entry of a list's item changed its name")
        parts = []
        for name, value in wanted.items():
            if name in there:
                pair, cut = there[name]
                parts.append(self._entry(pair, cut, data[name], value, column))
            else:
                parts.append(_indented(_dumped({name: value}), column) + "\n")
        return self._joined(parts, start, column)

    def _entry(self, pair: Entry, cut: tuple[int, int], data: Any, wanted: Any, column: int) -> str:
        key, value = pair
        if value.start_mark.index < key.end_mark.index:  # `*name`
            if _same(data, wanted):
                return self.text[cut[0] : cut[1]]
            return self.text[cut[0] : key.end_mark.index] + ": " + flow(wanted) + "\n"
        block = isinstance(value, yaml.CollectionNode) and not value.flow_style
        if block and not _same(data, wanted) and (not wanted or type(wanted) is not type(data)):
            return self.text[cut[0] : key.end_mark.index] + ": " + flow(wanted) + "\n"
        start, end = self._span(value)
        return self.text[cut[0] : start] + self._value(value, data, wanted) + self.text[end : cut[1]]

    def _sequence(self, node: yaml.SequenceNode, data: list[Any], wanted: list[Any]) -> str:
        """A block list: items that are still there stay as they are written, also where others come or go before them."""
        start, end = self._span(node)
        column = self._column(start)
        if not self._begins_line(start) or any(one.start_mark.index < start for one in node.value):
            raise ValueError("a list within a list, or one in which `*name` is an item")
        cuts = self._cuts([self._dash(one, column) for one in node.value], start, end)
        parts: list[str] = []
        for what, a, b, c, d in SequenceMatcher(a=list(map(repr, data)), b=list(map(repr, wanted)), autojunk=False).get_opcodes():
            kept = b - a if what == "equal" else min(b - a, d - c)
            for index in range(kept):
                item, cut = node.value[a + index], cuts[a + index]
                parts.append(self._item(item, cut, data[a + index], wanted[c + index], column))
            parts += [_indented("- " + _indented(_dumped(item), 2).lstrip(), column) + "\n" for item in wanted[c + kept : d]]
        return self._joined(parts, start, column)

    def _item(self, item: yaml.Node, cut: tuple[int, int], data: Any, wanted: Any, column: int) -> str:
        start, end = self._span(item)
        block = isinstance(item, yaml.CollectionNode) and not item.flow_style
        if block and (not wanted or type(wanted) is not type(data)):
            return " " * column + "- " + flow(wanted) + "\n"
        return self.text[cut[0] : start] + self._value(item, data, wanted) + self.text[end : cut[1]]

    def _cuts(self, begins: list[int], start: int, end: int) -> list[tuple[int, int]]:
        """From where to where each entry stands, whole lines with the comments above it; the first begins where the collection does."""
        after = [self.text.rfind("\n", 0, start) + 1 if self._begins_line(start) else start]
        for begin in begins[1:]:
            after.append(self._with_comments(self.text.rindex("\n", 0, begin) + 1, after[-1]))
        line_end = self.text.find("\n", end)
        return list(zip(after, [*after[1:], len(self.text) if line_end < 0 else line_end + 1], strict=True))

    def _with_comments(self, line: int, least: int) -> int:
        """The start of the comments and blank lines right above a line."""
        while line > least:
            above = self.text.rfind("\n", 0, line - 1) + 1
            if above <= least or not _COMMENT.fullmatch(self.text[above:line]):
                return line
            line = above
        return line

    def _joined(self, parts: list[str], start: int, column: int) -> str:
        """Entries as one value, which begins in the middle of its first line and ends before the end of its last."""
        whole = "".join(parts).removesuffix("\n")
        return whole.removeprefix(" " * column) if self._begins_line(start) else whole

    def _dash(self, item: yaml.Node, column: int) -> int:
        """Where the `-` of an item stands."""
        line = self.text.rfind("\n", 0, item.start_mark.index) + 1
        while not self.text[line:].startswith(" " * column + "-") and line:
            line = self.text.rfind("\n", 0, line - 1) + 1
        return line + column

    def _column(self, start: int) -> int:
        return start - self.text.rfind("\n", 0, start) - 1

    def _begins_line(self, start: int) -> bool:
        return not self.text[self.text.rfind("\n", 0, start) + 1 : start].strip(" ")


def _dumped(value: Any) -> str:
    if isinstance(value, dict | list) and value:
        written = yaml.dump(value, Dumper=_Block, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)
        return str(written).rstrip("\n")
    return flow(value)


class _Block(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _indented(text: str, column: int) -> str:
    return "\n".join(" " * column + line if line else line for line in text.split("\n"))


def _says(text: str, wanted: Any) -> bool:
    try:
        return _same(parsed(text), wanted)
    except yaml.YAMLError:
        return False


def _same(one: Any, other: Any) -> bool:
    """Equal in type and order too: 1 is not True."""
    return repr(one) == repr(other)
