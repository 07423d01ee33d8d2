"""The words: whether they load, whether people signed them off, and whether numbers are confirmed."""

from __future__ import annotations

from datetime import date, timedelta

from bot.doctor.installation import Installation
from bot.doctor.verdict import Verdict, attention, broken, counted, listed, ok
from bot.policy_check import policy_problems
from content.editorial import library
from content.editorial.reading import ContentError, read_file
from content.editorial.release import held
from content.editorial.rules import Wording
from content.editorial.schema import Contact


def check_content(one: Installation) -> Verdict:
    """Whether words and policies can be loaded."""
    try:
        with one.content() as folder:
            words = library.load(folder)
            wrong = [str(problem).replace(f"{folder}/", "") for problem in policy_problems(folder)]
    except ContentError as error:
        wrong = str(error).splitlines()
    if wrong:
        told = f"{counted(len(wrong), 'mistake')} in the content, the first: {wrong[0]}."
        return broken(told, "Correct it, or take the last change back; `breakwater content check` lists all.")
    if one.settings.area not in words.directories:
        return broken(f"There is no area {one.settings.area!r}.", f"Set BREAKWATER_AREA to one of {', '.join(sorted(words.directories))}.")
    return ok(f"{len(words.scripts)} scripts and {len(words.messages)} messages are loaded, and the policies.")


def check_signed(one: Installation) -> Verdict:
    """Whether editor, safeguarding lead and youth panel signed what is said."""
    words, today = one.service.library, _today(one)
    own, guidance = held(words.own_words, today), held({f"guidance/{id}": script for id, script in words.scripts.items()}, today)
    todo = "Editor, safeguarding lead and youth panel read and sign them; `content/README.md` says how."
    if own:
        told = f"{len(own)} of {len(words.own_words)} files of the bot's own words and {len(guidance)} of {len(words.scripts)} scripts are not signed off"
        if one.settings.mode == "production":
            return broken(f"{told}: production does not start.", todo)
        return attention(f"{told}.", todo)
    if guidance:
        return attention(f"{len(guidance)} of {len(words.scripts)} scripts are not signed off, and are not said in production.", todo)
    return ok("Everything that is said is signed off.")


def check_helplines(one: Installation) -> Verdict:
    """Whether the organisation confirmed the numbers it gives, and how long ago (`contact_days` in content/policy/wording.yml)."""
    contacts = one.service.library.contacts_for(one.service.area)
    open_ones = [contact.name for contact in contacts if not contact.confirmed_by_organisation]
    todo = "Ring or write to each, then confirm it under Settings, or in content/helplines/."
    if open_ones:
        told = f"{len(open_ones)} of {len(contacts)} helplines are not confirmed: {listed(open_ones)}"
        return broken(f"{told}. Production does not start.", todo) if one.settings.mode == "production" else attention(f"{told}.", todo)
    days = _good_for(one)
    if old := [contact.name for contact in contacts if _today(one) - contact.checked_on > timedelta(days=days)]:
        return attention(f"Nobody has asked for more than {days} days whether they are still right: {listed(old)}.", todo)
    return ok(f"All {len(contacts)} helplines are confirmed; the oldest was looked at on {_oldest(contacts):%d %B %Y}.")


def check_retention(one: Installation) -> Verdict:
    """Whether somebody confirmed how long things are kept (S70)."""
    if one.service.retention.confirmed:
        return ok("The retention periods are confirmed.")
    told = "Nobody has confirmed how long things are kept"
    todo = "The data protection officer compares content/policy/retention.yml with your schedule, and confirms it there or under Settings."
    if one.settings.mode == "production":
        return broken(f"{told}: production does not start.", todo)
    return attention(f"{told}.", todo)


def _good_for(one: Installation) -> int:
    """The days for which a check of a helpline holds."""
    with one.content() as folder:
        return read_file(folder / "policy" / "wording.yml", Wording).limits.contact_days


def _oldest(contacts: tuple[Contact, ...]) -> date:
    return min(contact.checked_on for contact in contacts)


def _today(one: Installation) -> date:
    return one.now.astimezone(one.service.zone).date()
