"""Can one find one's way in every script, and does it have what its topic needs?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from content.editorial.facts import CONFIRMED_BY, unconfirmed
from content.editorial.problems import Problem
from content.editorial.schema import Script, Step
from content.editorial.shelf import Filed, Shelf, variants


def script_problems(shelf: Shelf, today: date) -> Iterator[Problem]:
    """Steps that cannot be reached or left, choices that are missing or too many, age forms that are missing, facts checked long ago."""
    yield from _unconfirmed(shelf.scripts)
    for script in shelf.scripts:
        yield from _ways(script, quiet=shelf.taxonomy.theme_of.get(script.entry.topic) == "conversation")
        yield from _ages(shelf, script)
        for name, step in script.entry.steps.items():
            yield from _choices(shelf, script, name, step)
            yield from _fact(script, name, step, today, timedelta(days=shelf.wording.limits.fact_days))


def _ways(script: Filed[Script], *, quiet: bool) -> Iterator[Problem]:
    """`quiet`: a step may end without a button, as what is said to somebody who has to go."""
    steps = script.entry.steps
    reached, leaving = _reached(steps), _leaving(steps)
    for name, step in steps.items():
        if name not in reached:
            yield script.warning(f"no button leads to the step {name!r}", "add a button, or take the step out", "steps", name)
        elif not step.buttons and not quiet:
            yield script.problem(f"the step {name!r} is a dead end", "add a button that leads on, such as do:menu", "steps", name)
        elif step.buttons and name not in leaving:
            what = f"nobody gets out of the step {name!r}: its buttons lead round in a circle"
            yield script.problem(what, "add a button to another topic, or one such as do:menu", "steps", name)


def _reached(steps: Mapping[str, Step]) -> set[str]:
    """The steps to which one can get from the first one."""
    reached, front = {"start"}, ["start"]
    while front:
        ways = {button.go for button in steps[front.pop()].buttons} & steps.keys()
        front += ways - reached
        reached |= ways
    return reached


def _leaving(steps: Mapping[str, Step]) -> set[str]:
    """The steps from which one can get out of the script. A button to nowhere counts: it is reported by itself."""
    leaving: set[str] = set()
    while more := {name for name in steps.keys() - leaving if any(b.go not in steps or b.go in leaving for b in steps[name].buttons)}:
        leaving |= more
    return leaving


def _choices(shelf: Shelf, script: Filed[Script], name: str, step: Step) -> Iterator[Problem]:
    limits, scene = shelf.wording.limits, step.piece == "what_would_you_do"
    if len(step.buttons) > (limits.scene_buttons if scene else limits.buttons):
        yield script.warning(f"{len(step.buttons)} buttons", "two or three are easier to choose from", "steps", name)
    if scene and not any(words in button.label.lower() for button in step.buttons for words in shelf.wording.not_sure):
        what = f"the scene {name!r} has no choice for those who don't know"
        yield script.problem(what, "add a button “Not sure” that leads to a kind answer", "steps", name)


def _ages(shelf: Shelf, script: Filed[Script]) -> Iterator[Problem]:
    there = {form for step in script.entry.steps.values() for form in variants(step)}
    for rule in shelf.wording.ages:
        absent = [band for band in rule.bands if band not in there] if script.entry.topic in rule.topics else []
        if absent:
            yield script.problem(
                f"no words for the ages {', '.join(absent)}: {rule.why}", "add such a form to the steps that differ", "steps"
            )


def _unconfirmed(scripts: Sequence[Filed[Script]]) -> Iterator[Problem]:
    """A line for each script that may be said in production; of the others, which may not, only how many there are."""
    waiting = []
    for script in scripts:
        for facts in unconfirmed([script.entry]):
            if script.entry.status == "signed_off":
                yield script.warning(f"it is signed off, and {facts}", "ask one, then set checked_on", "steps", facts.steps[0], "states")
            else:
                waiting.append((script, facts))
    if waiting:
        counts = Counter(facts.kind for _, facts in waiting)
        what = ", ".join(f"on {kind} in {counts[kind]} (ask {who})" for kind, who in CONFIRMED_BY.items() if counts[kind])
        to_do = "`breakwater content survey` lists every step; have each confirmed, then set checked_on"
        yield waiting[0][0].warning(
            f"scripts state facts that nobody has confirmed: {what}", to_do, "steps", waiting[0][1].steps[0], "states"
        )


def _fact(script: Filed[Script], name: str, step: Step, today: date, good_for: timedelta) -> Iterator[Problem]:
    place = ("steps", name, "checked_on")
    if step.checked_on and step.checked_on > today:
        yield script.problem(f"the step {name!r} was checked in the future", "give the day on which it was confirmed", *place)
    elif step.checked_on and step.checked_on + good_for < today:
        yield script.warning(f"what the step {name!r} states was last confirmed on {step.checked_on}", "have it confirmed again", *place)
