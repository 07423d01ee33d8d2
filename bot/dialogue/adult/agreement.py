"""From "would you like to talk to someone?" to a yes or a no: whether, what is shared, and with whom.

Nothing here shares anything. A yes becomes `AgreementGiven`, with the exact wording under which it was given.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.dialogue import guidance, onward
from bot.dialogue.adult import call_back, last_time, waiting
from bot.dialogue.events import AdultOffered, AgreementGiven, AgreementRefused, AgreementWithdrawn, CodeAsked, PersonHidden, RiskNoticed
from bot.dialogue.responses import response
from bot.dialogue.risk.sums import adds_up
from bot.dialogue.scene import Scene
from bot.dialogue.state import Offer, Shown
from escalation.consent import Scope
from nlu.understanding import Level, Risk

OF_AGREEMENT = ("offer", "scope", "summary", "write_summary", "confirm")
CONFIRM = {Scope.WANTS_TO_TALK: "consent.confirm_talk", Scope.CHAT: "consent.confirm_chat", Scope.SUMMARY: "consent.summary"}


def offer_for(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """A sign of harm: believe, thank, and offer an adult. Limits come in the same turn if they were not told (S19)."""
    _begin(scene, risk, raised_by)
    thanks = response(scene, risk)
    _offer(scene, before=thanks)


def offer_because_asked(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """The young person asks for a person."""
    _begin(scene, risk, raised_by)
    _offer(scene, before=())


def notice_more(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """Something more was said after an offer, a no, or a yes."""
    if "position_of_trust" in risk.flags:
        scene.skip_the_rota()
    scene.did(RiskNoticed(risk.level, risk.categories, risk.subject, risk.flags, raised_by))
    scene.state.private_matter = True


def yes(scene: Scene) -> None:
    """Yes to the offer: ask what may be shared."""
    last_time.ask_first(scene)
    _asks(scene, "consent.scope", scene.words("consent.scope", adult=scene.adult_name()))
    scene.ask("scope", "consent.scope", adult=scene.adult_name())


def no(scene: Scene) -> None:
    """No: respected, recorded, and not asked again at once. While an adult is on the way it takes back the yes."""
    if scene.waiting and not scene.immediate:
        withdraw(scene)
        return
    shown = _shown(scene, _offer_id(scene), _offer_fields(scene))
    scene.did(AgreementRefused(shown.id, shown.version, shown.text, shown.language))
    _take_a_no(scene)
    if scene.immediate:
        scene.speak("consent.withdrawn")  # what raised the alarm was passed on already
    else:
        onward.speak(scene, "consent.refused_urgent" if _current(scene).urgent else "consent.refused")


def more(scene: Scene) -> None:
    """What happens if they say yes. Told once."""
    if "more" in scene.state.responded:
        keep_open(scene)
        return
    scene.state.responded = [*scene.state.responded, "more"]
    _asks(scene, "consent.more", scene.words("consent.more", organisation=scene.service.organisation))
    scene.ask("offer", "consent.more", organisation=scene.service.organisation)


def choose_scope(scene: Scene, scope: Scope) -> None:
    """What may be shared was chosen: show it, and ask for the final yes."""
    offer = _current(scene)
    offer.scope = scope
    if scope is Scope.SUMMARY and offer.summary is None:
        offer.summary = scene.words("consent.summary_text", about=_about(scene, offer))[0]
    confirm(scene)


def confirm(scene: Scene) -> None:
    """Show exactly what would be shared, with whom, and how they are reached, and ask."""
    id = _confirm_id(scene)
    scene.state.ask("confirm")
    buttons = scene.buttons(scene.service.library.message(id).buttons)
    bubbles = (*call_back.shown(scene), *scene.words(id, **_confirm_fields(scene)))
    _asks(scene, id, bubbles)
    scene.say(bubbles, (*buttons, *call_back.choices(scene)))


def write_summary(scene: Scene) -> None:
    """They want to write it in their own words."""
    scene.ask("write_summary", "consent.write_summary")


def summary_written(scene: Scene, text: str) -> None:
    """Their own words are the summary now."""
    offer = _current(scene)
    offer.scope, offer.summary = Scope.SUMMARY, text.strip()
    confirm(scene)


def send(scene: Scene) -> None:
    """The final yes."""
    offer = _current(scene)
    if offer.scope is None:
        yes(scene)
        return
    shown = _shown(scene, _confirm_id(scene), _confirm_fields(scene))
    summary = offer.summary if offer.scope == Scope.SUMMARY else None
    scene.did(AgreementGiven(offer.scope, summary, shown.id, shown.version, shown.text, shown.language))
    by_phone = call_back.asked(scene)
    scene.state.question = None
    scene.state.refused_level = 0
    say_given(scene, by_phone)
    _offer_code(scene)


def other_person(scene: Scene) -> None:
    """ "Not this person": no reason asked (S82). The next adult is proposed, or the truth that there is none."""
    adult = scene.adult()
    if adult is None:
        confirm(scene)
        return
    scene.did(PersonHidden(adult.staff_id))
    scene.hide(adult.staff_id)
    if scene.adult() is None:
        buttons = scene.service.library.message("consent.nobody_else").buttons
        scene.state.ask("offer")
        _asks(scene, "consent.nobody_else", scene.words("consent.nobody_else"))
        scene.say((*scene.words("consent.nobody_else"), guidance.open_now(scene)), scene.buttons(buttons))
        return
    scene.say(scene.words("consent.other_person"))
    confirm(scene)


def not_last_time(scene: Scene) -> None:
    """Not the adult they know, at the offer: no reason asked, and somebody else is offered (S82)."""
    known, offer = last_time.on_duty(scene), _current(scene)
    offer.adult_id = None
    if known is not None:
        scene.did(PersonHidden(known.staff_id))
        scene.hide(known.staff_id)
    _offer(scene, before=scene.words("consent.other_person"))


def withdraw(scene: Scene) -> None:
    """They changed their mind. One neutral answer, whether or not anything is kept (S78)."""
    _take_a_no(scene)
    said = scene.words("consent.withdrawn")
    scene.did(AgreementWithdrawn("consent.withdrawn", scene.service.library.message("consent.withdrawn").version, "\n".join(said)))
    scene.speak("consent.withdrawn")


def ask_again(scene: Scene) -> None:
    """Once more, later, and never again after that."""
    scene.state.asked_again = True
    _asks(scene, "consent.ask_again", scene.words("consent.ask_again"))
    scene.ask("offer", "consent.ask_again")


def in_agreement(scene: Scene) -> bool:
    """Whether the talk is about an adult right now."""
    return scene.state.question in OF_AGREEMENT


def ask_open_question(scene: Scene) -> None:
    """Ask the open question of the agreement once more, in full."""
    if scene.state.question == "offer":
        _offer(scene, before=())
    else:
        keep_open(scene)


def keep_open(scene: Scene) -> None:
    """Come back to the open question, without pressing where it is the offer itself."""
    if scene.state.question == "scope":
        yes(scene)
    elif scene.state.question == "confirm":
        confirm(scene)
    elif scene.state.question == "write_summary":
        write_summary(scene)
    else:
        onward.speak(scene, "consent.still_open")


def _begin(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    case = scene.turn.case
    level = max(risk.level, case.level) if case else risk.level
    if "position_of_trust" in risk.flags:
        scene.skip_the_rota()
    scene.pressing = True
    scene.did(AdultOffered(level, risk.categories, risk.subject, risk.flags, raised_by))
    offer = Offer(level=level, categories=risk.categories, subject=risk.subject, flags=tuple(sorted(risk.flags)), raised_by=raised_by)
    offer.summed = adds_up(risk)
    scene.state.offer = offer
    offer.adult_id = last_time.of(scene)
    scene.state.private_matter = True


def _offer(scene: Scene, before: tuple[str, ...]) -> None:
    bubbles = list(before)
    if not scene.state.told_limits:
        scene.state.told_limits = True
        bubbles += scene.words("conversation.limits_short")
    scene.say(bubbles)
    last_time.say_who_is_away(scene)
    id = _offer_id(scene)
    bubbles = list(scene.words(id, **_offer_fields(scene)))
    offer = _current(scene)
    if offer.urgent and not scene.immediate:
        bubbles += scene.words("consent.offer_flag")
    _asks(scene, id, bubbles)
    if scene.adult() is None:
        bubbles.append(guidance.open_now(scene))
    scene.state.ask("offer")
    scene.say(bubbles, scene.buttons(scene.service.library.message(id).buttons))


def _offer_id(scene: Scene) -> str:
    if last_time.on_duty(scene):
        return "consent.offer_last_time"
    if scene.adult():
        return "consent.offer"
    return "consent.offer_nobody" if scene.next_time() else "consent.offer_nobody_unknown"


def _offer_fields(scene: Scene) -> dict[str, str]:
    adult = last_time.on_duty(scene) or scene.adult()
    if adult:
        return {"adult": adult.first_name, "job": adult.job, "organisation": scene.service.organisation}
    return {"next_time": scene.next_time() or ""}


def _confirm_id(scene: Scene) -> str:
    scope = Scope(_current(scene).scope or Scope.WANTS_TO_TALK)
    return CONFIRM[scope] if scene.adult() else f"{CONFIRM[scope]}_nobody"


def _confirm_fields(scene: Scene) -> dict[str, str]:
    adult = scene.adult()
    fields = {"organisation": scene.service.organisation, "summary": _current(scene).summary or ""}
    return fields | ({"adult": adult.first_name, "job": adult.job} if adult else {})


def say_given(scene: Scene, by_phone: bool = False) -> None:
    """Who was told, and by when somebody should be there."""
    given = "call_back.given" if by_phone else "consent.given"
    adult, case = scene.adult(), scene.turn.case
    if adult:
        level = max(Level(_current(scene).level), case.level if case else Level.NONE)
        promised = waiting.promised_by(scene)
        by = scene.clock(promised) if promised else waiting.in_time(scene, level)
        scene.speak(given, adult=adult.first_name, by=by)
    elif scene.next_time():
        scene.speak(f"{given}_nobody", next_time=scene.next_time() or "")
    else:
        scene.speak(f"{given}_nobody_unknown")


def _take_a_no(scene: Scene) -> None:
    """The question is closed, and not asked again at once for anything as serious."""
    offer = scene.state.offer
    scene.state.refused_level = max(scene.state.refused_level, offer.level if offer else 0)
    scene.state.question = None
    call_back.drop(scene)


def _offer_code(scene: Scene) -> None:
    if scene.app.own_page and not scene.person.has_code:
        scene.speak("consent.return_code_offer")


def make_code(scene: Scene) -> None:
    """A return code for the web chat: the host makes it and fills it in."""
    scene.did(CodeAsked("consent.return_code"))


def _current(scene: Scene) -> Offer:
    if scene.state.offer is None:
        case = scene.turn.case
        scene.state.offer = Offer(
            level=case.level if case else Level.NONE,
            categories=case.categories if case else (),
            subject=case.subject if case else "self",
        )
    return scene.state.offer


def _about(scene: Scene, offer: Offer) -> str:
    crisis = scene.service.library.crisis.get(offer.categories[0]) if offer.categories and not offer.summed else None
    if crisis is None:
        return scene.words("consent.something")[0]
    return crisis.plain_other if offer.subject == "other" else crisis.plain


def _asks(scene: Scene, id: str, bubbles: Iterable[str]) -> None:
    """Keep the words of a question: a yes or a no is to these and to no others."""
    library = scene.service.library
    version, language = library.message(id).version, library.language_of(id)
    _current(scene).shown = Shown(id=id, version=version, text="\n".join(bubbles), language=language)


def _shown(scene: Scene, id: str, fields: dict[str, str]) -> Shown:
    """The question that they answer; the one with this id where none was kept, as in a conversation from before."""
    if (shown := _current(scene).shown) is None:
        library = scene.service.library
        text = "\n".join(scene.words(id, **fields))
        shown = Shown(id=id, version=library.message(id).version, text=text, language=library.language_of(id))
    return shown
