"""One decision: what has come in, and what the bot does about it. Risk comes first, always.

`decide` is pure and total: every turn gets an outcome, whether or not the intent service answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from bot.dialogue import guidance, languages, meanings, onward, opinion, topics, typed_answers
from bot.dialogue.adult import after_the_end, agreement, closing, waiting
from bot.dialogue.events import PassedOn
from bot.dialogue.meanings import SURE, SURE_IN_LIVE_CHAT
from bot.dialogue.own import asides, concern, own_buttons, pause, plan
from bot.dialogue.presses import press
from bot.dialogue.responses import response
from bot.dialogue.risk import duties, emergency, worry
from bot.dialogue.risk.harm import sign_of_harm, sum_is_answered
from bot.dialogue.risk.sums import adds_up, by_itself
from bot.dialogue.scene import Heard, Outcome, Scene, Turn, together
from bot.dialogue.state import Conversation
from escalation.context import Service
from nlu.understanding import Level, Risk, Understanding

WORDS = ("text", "edited", "media")
A_FEW_WORDS = 60
"""Characters up to which a message is not taken for what somebody tells at length."""


def decide(turn: Turn, conversation: Conversation, service: Service) -> Outcome:
    """What happens in this turn."""
    scene = Scene.open(turn, conversation, service)
    _close_what_is_over(scene)
    pause.notice(scene)
    for words, group in _grouped(scene):
        if words:
            _words_came(scene, group)
        elif group[0].kind == "button":
            press(scene, group[0])
        else:
            _no_words(scene, group[0])
        scene.close_aside(group)
    scene.state.last_at = turn.now
    return Outcome(scene.state, tuple(scene.events), tuple(scene.noted))


def _close_what_is_over(scene: Scene) -> None:
    """Questions about a case end with it: an adult may have closed it since."""
    if scene.turn.case is None:
        scene.state.refused_level, scene.state.asked_again = 0, False
        if agreement.in_agreement(scene) or scene.state.question == "safe":
            scene.state.question = None


def _grouped(scene: Scene) -> Iterator[tuple[bool, list[Heard]]]:
    """Messages sent in a burst together, all else one by one; the same button tapped twice counts once. Each with whether it is words.

    A code word, and a change of what was said to the bot alone, stand by themselves: what is done with them must not befall the rest.
    """

    def alike(one: Heard) -> tuple[str, bool, bool]:
        return ("words" if _says_something(scene, one) else one.kind, one.is_code_word, one.aside)

    for (kind, *_), run in groupby(scene.turn.heard, key=alike):
        if kind == "words":
            yield True, list(run)
        else:
            yield from ((False, [one]) for one in {(one.kind, one.text): one for one in run}.values())


def _says_something(scene: Scene, one: Heard) -> bool:
    """Words; and a slash command that tells of harm, or that is written to an adult: people write "/" before anything."""
    if one.kind == "command":
        return scene.live or one.understood.risk.level > Level.NONE
    return one.kind in WORDS


def _words_came(scene: Scene, heard: list[Heard]) -> None:
    words = [one for one in heard if one.text.strip()]
    if not words:
        _no_words(scene, heard[-1])
        return
    understood, raised_by = together(words)
    for one in words:
        scene.state.remember(one.understood.risk.signs, scene.turn.now)
    text = "\n".join(one.text for one in words)
    duties.age_said(scene, understood.risk)
    risk = duties.at_least(scene, understood.risk)
    opinion.words_came(scene, risk.level)
    media = scene.words("conversation.media")[:1] if any(one.kind == "media" for one in heard) and not scene.live else ()
    if risk.level is Level.IMMEDIATE:
        risk = concern.in_danger(scene, risk)
        _pass_on(scene, text)
        emergency.raise_it(scene, risk, raised_by, media)
    else:
        scene.say(media)
        _nobody_in_danger_now(scene, words, *_without_the_sum(scene, words, understood, risk, raised_by), raised_by)
    duties.flag(scene, risk, raised_by)


def _without_the_sum(
    scene: Scene, words: list[Heard], understood: Understanding, risk: Risk, raised_by: str | None
) -> tuple[Understanding, Risk]:
    """Small signs that add up are answered once, and not at a mere "idk"; else each message is answered for what it says."""
    short = adds_up(risk) and all(topics.short_word(scene, one.text) for one in words)
    if not short and not sum_is_answered(scene, risk):
        return understood, risk
    if not short:
        agreement.notice_more(scene, risk, raised_by)
    alone = by_itself(risk)
    return replace(understood, risk=alone), alone


def _nobody_in_danger_now(scene: Scene, words: list[Heard], understood: Understanding, risk: Risk, raised_by: str | None) -> None:
    text = "\n".join(one.text for one in words)
    if not _says_otherwise(scene, text, understood) and asides.answered(scene, words, text, risk):
        return
    if scene.live:
        _in_live_chat(scene, text, understood, risk, raised_by)
    elif meanings.withdraws(scene, understood) and (risk.level < Level.CONCERN or scene.waiting):
        _takes_back(scene, risk, raised_by)
    elif risk.level < Level.CONCERN and meanings.somebody_came(scene, understood, SURE):
        topics.away(scene)
    elif risk.level < Level.CONCERN and topics.OTHER_ADULT in risk.flags:
        topics.other_adult(scene)
    elif scene.state.question == "write_summary" and not pause.hides(scene):
        _summary_came(scene, text, understood, risk, raised_by)
    elif risk.level >= Level.CONCERN:
        if adds_up(risk):
            worry.begin_what_is_asked(scene, understood)
        sign_of_harm(scene, risk, raised_by)
    elif scene.state.behind_carry_on and not _shows_nothing(scene, text, understood):
        if pause.hides(scene) or not typed_answers.answered_in_words(scene, text, understood):
            pause.ask(scene)
    elif typed_answers.answered_in_words(scene, text, understood):
        return
    elif closing.writes_a_line(scene) and not _asks_for_help(scene, risk):
        closing.line_written(scene, text)
    elif _is_feedback(scene, text, risk):
        after_the_end.said_how_it_was(scene, text)
    elif _is_for_the_plan(scene, text, risk):
        plan.written(scene, text)
    elif meanings.only_edited(scene, words, understood):
        scene.speak("conversation.edited_noted")
    else:
        _no_sign_of_harm(scene, understood, text, raised_by)


def _says_otherwise(scene: Scene, text: str, understood: Understanding) -> bool:
    """Whether a few words, whatever was asked, are a change of mind or say that somebody came."""
    few = len(text) <= A_FEW_WORDS
    return few and (meanings.withdraws(scene, understood) or meanings.somebody_came(scene, understood, meanings.sure(scene)))


def _is_for_the_plan(scene: Scene, text: str, risk: Risk) -> bool:
    """A safety plan is about hard moments, so worries belong into it."""
    return scene.state.question == "plan" and not topics.short_word(scene, text) and not _asks_for_help(scene, risk)


def _is_feedback(scene: Scene, text: str, risk: Risk) -> bool:
    """How it was, and not how they are: that is for nobody to read later."""
    if scene.state.question != "feedback_words" or topics.short_word(scene, text):
        return False
    return risk.level is Level.NONE and not _asks_for_help(scene, risk)


def _asks_for_help(scene: Scene, risk: Risk) -> bool:
    """A wish to talk, a question about 999 or a first thought of suicide is answered, whatever was asked."""
    first_thought = risk.categories[:1] == ("suicide",) and not scene.state.suicide_asked
    return first_thought or not risk.flags.isdisjoint(("wants_person", "emergency_number_asked"))


def _no_words(scene: Scene, last: Heard) -> None:
    """A picture, a sticker, a start, an empty message: nothing to understand, but never nothing to say."""
    if last.kind == "left":
        return
    if last.kind == "media":
        _limits_first(scene)
        scene.speak("conversation.media")
    elif scene.live:
        return
    elif last.kind == "started":
        languages.begin(scene, last.text)
        _command(scene, "start")
    elif last.kind == "command":
        _command(scene, last.text)
    elif scene.state.behind_carry_on:
        pause.ask(scene)
    else:
        _limits_first(scene)
        scene.speak("conversation.empty")


def _command(scene: Scene, name: str) -> None:
    start = name in ("", "start")
    if not scene.state.behind_carry_on and own_buttons.said(scene, topics.named(scene, name)):
        return
    hidden = scene.state.behind_carry_on and not pause.shows_nothing(scene, topics.named(scene, name))
    if hidden or (start and scene.state.private_matter):
        pause.ask(scene)
    else:
        topics.command(scene, name)


def _pass_on(scene: Scene, text: str) -> None:
    if scene.live:
        scene.did(PassedOn(text))


def _in_live_chat(scene: Scene, text: str, understood: Understanding, risk: Risk, raised_by: str | None) -> None:
    """A human has the conversation: the bot is silent (S60), still listens for risk, and hears a withdrawal."""
    if meanings.withdraws(scene, understood):
        _takes_back(scene, risk, raised_by)
        return
    if not (closing.writes_a_line(scene) and closing.line_written(scene, text)):
        scene.did(PassedOn(text))
    _notice_harm(scene, risk, raised_by)
    if "emergency_number_asked" in risk.flags:
        scene.speak("emergency.while_live")
    if meanings.somebody_came(scene, understood, SURE_IN_LIVE_CHAT) or topics.OTHER_ADULT in risk.flags:
        topics.away(scene)
    elif scene.state.behind_carry_on:
        pause.ask(scene)


def _takes_back(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """A changed mind; what is told beside it is believed all the same, and goes out with no alert that went before it."""
    harm, first = risk.level >= Level.CONCERN, not scene.immediate
    if harm and first:
        agreement.notice_more(scene, risk, raised_by)
    if harm:
        scene.say(response(scene, risk))
    agreement.withdraw(scene)
    if harm and not first:
        agreement.notice_more(scene, risk, raised_by)


def _notice_harm(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    if risk.level >= Level.CONCERN:
        agreement.notice_more(scene, risk, raised_by)


def _summary_came(scene: Scene, text: str, understood: Understanding, risk: Risk, raised_by: str | None) -> None:
    _notice_harm(scene, risk, raised_by)
    if risk.level >= Level.CONCERN or not typed_answers.answered_in_words(scene, text, understood):
        agreement.summary_written(scene, text)


def _no_sign_of_harm(scene: Scene, understood: Understanding, text: str, raised_by: str | None) -> None:
    if understood.topic != "greet":
        _limits_first(scene)
    risk = understood.risk
    if own_buttons.said(scene, topics.short_word(scene, text)):
        return
    if "emergency_number_asked" in risk.flags:
        emergency.numbers(scene)
    elif "wants_person" in risk.flags:
        topics.wants_person(scene, risk, raised_by)
    elif languages.is_other(scene, text, risk):
        languages.offer(scene)
    elif typed_answers.typed_label(scene, text, understood.topic if understood.confidence >= SURE else None):
        return
    elif risk.level is Level.WORRY:
        worry.answer(scene, understood, raised_by)
    elif not (topic := topics.short_word(scene, text)) and meanings.stop_of_what(understood):
        topics.ask_what_should_stop(scene)
    elif topic or meanings.answers(scene, understood):
        topics.answer(scene, topic or understood.topic or "", risk, raised_by)
    elif scene.waiting:
        waiting.note(scene)
    else:
        _not_understood(scene, understood)


def _not_understood(scene: Scene, understood: Understanding) -> None:
    """Own up to it; a second time running show where things stand instead of saying the same again."""
    if scene.state.question == "check_in":
        scene.state.question = None
        onward.with_ideas(scene, "conversation.not_really_answer")
        return
    guidance.note_unanswered(scene, understood.ranking)
    if guidance.guess(scene, understood.ranking, onward.about(scene)):
        return
    if scene.state.not_understood != scene.state.turn - 1:
        scene.state.not_understood = scene.state.turn
        scene.speak("conversation.not_understood")
    elif agreement.in_agreement(scene):
        agreement.keep_open(scene)
    else:
        guidance.show_menu(scene)


def _limits_first(scene: Scene) -> None:
    """What is private and what is not comes before the first answer (S10)."""
    if not scene.state.told_limits:
        scene.state.told_limits = True
        scene.say(scene.words("conversation.limits_short"))


def _shows_nothing(scene: Scene, text: str, understood: Understanding) -> bool:
    topic = topics.short_word(scene, text) or (understood.topic if understood.confidence >= SURE else None)
    return "wants_person" not in understood.risk.flags and pause.shows_nothing(scene, topic)
