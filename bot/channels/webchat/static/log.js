// The list of bubbles. Each is shown once, by its id, and in the order in which the server gives them.

import { Scroll } from "./scroll.js";

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const STORED = "stored";
const page = document.documentElement;
const clock = new Intl.DateTimeFormat(page.lang, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(page.lang, { dateStyle: "full", timeStyle: "short" });

export class Log {
  #root;
  #words;
  #lines = new Map();
  #labels = new Map();
  #unshown = new Set();
  #scroll;

  // `pressed(token, label)` is called for a button, `copied(key)` for a file, `retry()` for a message that was not sent.
  constructor(root, newer, words, { pressed, copied, retry }) {
    this.#root = root;
    this.#words = words;
    this.#scroll = new Scroll(root.parentElement, newer);
    Object.assign(this, { pressed, copied, retry });
  }

  // Several bubbles at once. A screen reader is not made to read a whole history.
  addAll(items) {
    const fresh = items.filter((item) => !this.#lines.has(item.id) && !this.#unshown.has(item.id));
    const history = fresh.length > 8;
    if (history) this.#root.setAttribute("aria-live", "off");
    items.forEach((item) => this.#add(item));
    this.#offerButtons();
    this.#scroll.came(this.#lines.get(fresh.find((item) => this.#lines.has(item.id))?.id));
    if (history) setTimeout(() => this.#root.setAttribute("aria-live", "polite"), 500);
    return fresh;
  }

  // One's own message, before the server has it.
  addOwn(id, text, token) {
    this.#show({ id, speaker: "you", text, token, at: Date.now(), buttons: [] });
    this.#lines.get(id).dataset.unsent = "yes";
    this.state(id, "sending");
    this.#offerButtons();
    this.#scroll.toEnd();
  }

  // What is said under one's own message: sending, sent, not_sent or slow_down.
  state(id, state) {
    const line = this.#lines.get(id);
    if (!line) return;
    line.querySelector(".state")?.remove();
    const again = state === "not_sent";
    const shown = element(again ? "button" : "span", "state", this.#words[state]);
    shown.dataset.state = state;
    if (state === "sent") shown.textContent += ` ${clock.format(Number(line.dataset.at))}`;
    if (state === "sent" && line.dataset.unsent) line.dataset.unsent = STORED;
    if (again) {
      shown.type = "button";
      shown.addEventListener("click", () => this.retry());
    }
    line.append(shown);
    if (state === "sent") this.#hideOlderStates(line);
    this.#scroll.stay();
  }

  remove(id) {
    this.#lines.get(id)?.remove();
    this.#lines.delete(id);
    this.#offerButtons();
  }

  // Take away what may not be shown any more: everything before `since` (ms), and everything for Infinity.
  dropBefore(since) {
    for (const [id, line] of this.#lines) {
      const { at, unsent } = line.dataset;
      if (since === Infinity ? !unsent || unsent === STORED : !unsent && Number(at) < since) this.remove(id);
    }
    if (since === Infinity) this.#unshown.clear();
  }

  // One's own of which the server has not said yet where they stand: all, or these.
  dropUnsent(ids = [...this.#lines.keys()]) {
    ids.filter((id) => this.#lines.get(id)?.dataset.unsent).forEach((id) => this.remove(id));
  }

  // One's own that the server has stored, and not shown yet.
  get stored() {
    return [...this.#lines].filter(([, line]) => line.dataset.unsent === STORED).map(([id]) => id);
  }

  get asksToCarryOn() {
    return [...this.#root.querySelectorAll(".choices:not([hidden]) button")].some((button) => button.value.endsWith(":do:carry_on"));
  }

  // Whether the latest word that is not one's own was an adult's: the bot is silent then.
  get adultSpeaks() {
    return Boolean([...this.#root.querySelectorAll(".bot, .worker")].at(-1)?.classList.contains("worker"));
  }

  #add(item) {
    item.buttons.forEach(([label, token]) => this.#labels.set(token, label));
    if (this.#lines.has(item.id)) {
      if (item.speaker === "you") this.#arrived(item);
      return;
    }
    const text = item.token ? this.#labels.get(item.token) : item.text;
    if (!text) {
      this.#unshown.add(item.id);
      return;
    }
    this.#show({ ...item, text });
    if (item.speaker === "you") this.state(item.id, "sent");
  }

  // The server has it. From now on its clock counts, not this device's, and its words: a code word is not kept.
  #arrived({ id, at, text, token }) {
    const line = this.#lines.get(id);
    if (!token) line.querySelector("[dir=auto]").textContent = text;
    if (!line.dataset.unsent) return;
    delete line.dataset.unsent;
    line.dataset.at = at;
    this.state(id, "sent");
  }

  #show(item) {
    const line = element("div", `line ${item.speaker}`);
    line.dataset.at = item.at;
    if (item.token) line.dataset.token = item.token;
    if (item.speaker === "you") line.setAttribute("aria-live", "off"); // who wrote it need not hear it
    if (item.speaker === "worker") line.append(this.#name(item));
    const bubble = element("div", "bubble");
    bubble.title = exact.format(item.at);
    if (item.speaker !== "worker") bubble.append(element("span", "aside", `${this.#words[item.speaker === "you" ? "you" : "bot_says"]} `));
    const said = element("div", "", item.text);
    if (item.picture) bubble.append(this.#picture(item.picture));
    said.dir = "auto"; // on the words alone: the corners of the bubble follow the page, and "You:" is no part of them
    bubble.append(said);
    line.append(bubble);
    if (item.buttons.length) line.append(this.#choices(item.buttons));
    this.#lines.set(item.id, line);
    this.#root.append(line);
  }

  #picture([file, alt]) {
    const shown = element("img", "picture");
    shown.src = `/chat/pictures/${encodeURIComponent(file)}`;
    shown.alt = alt;
    return shown;
  }

  #name(item) {
    const name = element("div", "name");
    const initial = element("span", "initial", item.name.slice(0, 1));
    initial.setAttribute("aria-hidden", "true");
    name.append(initial, element("span", "", item.name), element("span", "state", clock.format(item.at)));
    return name;
  }

  #choices(buttons) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.dataset.turn = buttons[0][1].split(":")[0];
    for (const [label, token] of buttons) {
      const [, kind, key] = token.split(":");
      group.append(kind === "copy" ? this.#copy(label, key) : this.#button(label, token));
    }
    return group;
  }

  #button(label, token) {
    const button = element("button", "", label);
    button.type = "button";
    button.dir = "auto";
    button.value = token;
    button.addEventListener("click", () => {
      this.#root.focus({ preventScroll: true }); // the buttons go, and the focus with them
      this.pressed(token, label);
    });
    return button;
  }

  // A file, which can be had once.
  #copy(label, key) {
    const button = element("button", "file", label);
    button.type = "button";
    button.addEventListener("click", () => {
      button.remove();
      this.copied(key);
    });
    return button;
  }

  // Only the buttons of the last turn can be tapped, and none after one has spoken. What an adult asks (turn 0) stays until it is
  // answered, since the talk goes on meanwhile; all of it is over once "How do you feel now?" is asked.
  #offerButtons() {
    let turn = null;
    let spoke = false;
    let over = false;
    const pressed = new Set();
    for (const line of [...this.#root.children].reverse()) {
      spoke ||= line.classList.contains("you");
      if (line.dataset.token) pressed.add(line.dataset.token);
      const group = line.querySelector(".choices");
      if (!group) continue;
      const own = group.dataset.turn;
      turn ??= own;
      const buttons = [...group.querySelectorAll("button")];
      const has = (name) => buttons.some((button) => button.value.includes(`:do:${name}`));
      const waits = own === "0" && !has("before_") && !buttons.some((button) => pressed.has(button.value));
      group.hidden = over || own !== turn || (spoke && !waits);
      over ||= has("feel_");
    }
  }

  #hideOlderStates(newest) {
    for (const line of this.#root.querySelectorAll(".you")) {
      if (line !== newest) line.querySelector("[data-state=sent]")?.remove();
    }
  }
}
