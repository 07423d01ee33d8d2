"""The report on how well messages are understood, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nlu.evaluation.figures import EQUITY, GROUPINGS, HARM, Figure, figures, groups, spread
from nlu.evaluation.floors import Floor
from nlu.evaluation.judge import Judged, Verdict
from nlu.understanding import Level

WORST = 10
CONFUSIONS = 15
BINS = 10

Line = str


def report(alone: Verdict, together: Verdict, floors: Mapping[str, Floor]) -> str:
    """The whole report; `alone` is what the phrases found without the model."""
    parts = (
        ["# How well messages are understood", "", f"{len(together.messages)} messages and {len(together.conversations)} conversations."],
        _main(alone, together, floors),
        _equity(together.messages),
        *(_grouping(name, groups(together.messages, key)) for name, key in GROUPINGS),
        _calibration(together.messages),
        _confusions(together.messages),
        _misses(together.messages),
        _alarms(together.messages),
    )
    return "\n".join(line for part in parts for line in (*part, "")) + "\n"


def _main(alone: Verdict, together: Verdict, floors: Mapping[str, Floor]) -> Iterator[Line]:
    by_phrases = {figure.id: figure for figure in figures(alone, with_topics=False)}
    yield from _head("figure", "target", "measured", "phrases alone", "")
    for figure in figures(together, with_topics=True):
        floor = floors.get(figure.id)
        target = f"{floor.sign} {floor.target:g}" if floor else ""
        met = "" if floor is None else "met" if floor.met(figure.share) else "short"
        yield _row(figure.what, target, _told(figure), _told(by_phrases[figure.id]) if figure.id in by_phrases else "", met)


def _equity(judged: Sequence[Judged]) -> Iterator[Line]:
    yield "## Equity: recall (offered an adult) between groups"
    yield ""
    yield from _head("grouping", "best", "worst", "spread")
    for name, key in GROUPINGS:
        parts = [part for part in groups(judged, key) if part.offered.of]
        if name in EQUITY and parts:
            ranked = sorted(parts, key=lambda part: part.offered.share)
            best, worst = ranked[-1], ranked[0]
            yield _row(name, f"{best.name} {best.offered.share:.3f}", f"{worst.name} {worst.offered.share:.3f}", f"{spread(parts):.3f}")


def _grouping(name: str, parts: Iterable[object]) -> Iterator[Line]:
    yield f"## By {name}"
    yield ""
    yield from _head(name, "noticed", "offered an adult", "harmless rated concern")
    for part in parts:
        yield _row(part.name, *(_told(figure) if figure.of else "" for figure in (part.noticed, part.offered, part.harmless)))  # type: ignore[attr-defined]


def _calibration(judged: Sequence[Judged]) -> Iterator[Line]:
    yield "## Calibration: the model's score for concern, and the share that was"
    yield ""
    yield from _head("score", "messages", "mean score", "were concern or graver")
    scored = [(one.reading.scores.at_least["concern"], one.message.level in HARM) for one in judged if one.reading and one.reading.scores]
    gaps = 0.0
    for place in range(BINS):
        held = [pair for pair in scored if min(int(pair[0] * BINS), BINS - 1) == place]
        if held:
            mean, true = sum(score for score, _ in held) / len(held), sum(harm for _, harm in held) / len(held)
            gaps += abs(mean - true) * len(held)
            yield _row(f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}", str(len(held)), f"{mean:.2f}", f"{true:.2f}")
    yield ""
    yield f"Expected calibration error: {gaps / max(len(scored), 1):.3f}"


def _confusions(judged: Sequence[Judged]) -> Iterator[Line]:
    yield "## Topics most often taken for another"
    yield ""
    yield from _head("topic", "taken for", "times")
    wrong = Counter((one.message.topic, str(one.found.topic)) for one in judged if one.message.level not in HARM)
    pairs = [(pair, number) for pair, number in wrong.most_common() if pair[0] != pair[1]]
    for (topic, taken), number in pairs[:CONFUSIONS]:
        yield _row(topic, taken, str(number))


def _misses(judged: Sequence[Judged]) -> Iterator[Line]:
    yield "## The worst misses"
    yield ""
    yield from _head("message", "who", "is", "was found", "main category", "the model's score for concern")
    missed = [one for one in judged if one.message.level in HARM and one.level < one.message.level]
    missed.sort(key=lambda one: (one.level - one.message.level, one.level >= Level.CONCERN, _score(one)))
    yield from (_miss(one) for one in missed[:WORST])


def _alarms(judged: Sequence[Judged]) -> Iterator[Line]:
    yield "## The worst false alarms"
    yield ""
    yield from _head("message", "who", "is", "was found", "main category", "the model's score for concern")
    raised = [one for one in judged if one.message.level not in HARM and one.level in HARM]
    raised.sort(key=lambda one: (one.message.level - one.level, -_score(one)))
    yield from (_miss(one) for one in raised[:WORST])


def _miss(one: Judged) -> Line:
    category = one.message.categories[0] if one.message.categories else ""
    return _row(one.message.text.replace("|", "/"), one.message.id, one.message.level.id, one.level.id, category, f"{_score(one):.2f}")


def _score(one: Judged) -> float:
    return one.reading.scores.at_least["concern"] if one.reading and one.reading.scores else 0.0


def _told(figure: Figure) -> str:
    return f"{figure.share:.3f} ({figure.right} of {figure.of})"


def _head(*names: str) -> Iterator[Line]:
    yield _row(*names)
    yield "|" + "---|" * len(names)


def _row(*cells: str) -> Line:
    return f"| {' | '.join(cells)} |"
