"""How soon a line is seen on the other side: from the press on Send in one Chromium to its words on the screen in the other."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from content.editorial import library
from tests.browser.running import Program, YoungPerson, phone

ROUNDS = 25
DISCLOSURE = "my stepdad hits me nearly every day and last night too"
AGREEING = (("consent.offer", "do:offer_yes"), ("consent.scope", "do:scope_chat"), ("consent.confirm_chat", "do:send"))

_SENDS = """() => document.addEventListener("submit", () => { window.sentAt = Date.now(); }, { capture: true, once: true })"""

_WAITS = """text => {
  window.seenAt = new Promise(seen => {
    const look = new MutationObserver(() => {
      if (!document.getElementById("log").textContent.includes(text)) return;
      look.disconnect();
      requestAnimationFrame(() => seen(Date.now()));
    });
    look.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}"""


def lines_each_way(chromium: Browser, running: Program, sam: Page) -> dict[str, object]:
    """Milliseconds, in a conversation between a young person and Sam, both in Chromium. `sam`: a page where Sam is signed in."""
    young = YoungPerson(phone(chromium), running.url)
    sam.goto(f"{running.url}/staff/waiting")
    _begin(young, sam)
    theirs, ours = [], []
    for number in range(ROUNDS):
        theirs.append(_line(young.page, sam, "Write here", f"line {number} of what happened."))
        ours.append(_line(sam, young.page, "Your message", f"reply {number} to what happened."))
    young.context.close()
    return {"young_person_to_worker": spread(theirs), "worker_to_young_person": spread(ours), "seen_in": "Chromium"}


def spread(times: list[float]) -> dict[str, float]:
    """The middle, and what 19 in 20 did not exceed."""
    ordered = sorted(times)
    return {"p50": ordered[len(ordered) // 2], "p95": ordered[int(len(ordered) * 0.95)]}


def _begin(young: YoungPerson, sam: Page) -> None:
    words = library.load()
    young.starts()
    young.says(DISCLOSURE)
    for message, go in AGREEING:
        young.taps(next(button.label for button in words.message(message).buttons if button.go == go))
    sam.locator(".card", has_text=DISCLOSURE).get_by_role("button", name="Pick up").click()
    expect(sam.get_by_label("Your message")).to_be_visible()
    young.sees("Sam is here now")


def _line(writer: Page, reader: Page, field: str, text: str) -> float:
    """Milliseconds from sending a line to its being on the other's screen. Both clocks are this machine's."""
    reader.evaluate(_WAITS, text)
    writer.evaluate(_SENDS)
    writer.get_by_label(field).fill(text)
    writer.get_by_role("button", name="Send", exact=True).click()
    took = reader.evaluate("() => window.seenAt") - writer.evaluate("() => window.sentAt")
    expect(writer.get_by_label(field)).to_have_value("")
    return float(took)
