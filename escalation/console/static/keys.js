// The console by keyboard. Keys of one letter count outside of fields only, and can be switched off (WCAG 2.1.4).
"use strict";

const keys = document.getElementById("keys");

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}

// Conversations one can go to: cards of Waiting now, or one's own beside the one that is open.
function stops() {
  const queue = document.getElementById("queue");
  return queue ? [...queue.querySelectorAll("li[id^=case-]")] : [...document.querySelectorAll(".mine li")];
}

function move(by) {
  const all = stops();
  if (!all.length) return;
  const here = all.findIndex((one) => one.contains(document.activeElement));
  const current = here >= 0 ? here : all.findIndex((one) => one.querySelector("[aria-current]"));
  const next = current < 0 ? (by > 0 ? 0 : all.length - 1) : (current + by + all.length) % all.length;
  all[next].querySelector("button, a").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function unfold(id) {
  const fold = document.getElementById(id);
  if (!fold) return;
  fold.open = true;
  const field = fold.querySelector("textarea, select, input:not([type=hidden]), button");
  (field || fold.querySelector("summary")).focus();
}

const LETTERS = {
  "?": () => keys.showModal(),
  w: () => { location.href = `${base}/waiting`; },
  j: () => move(1),
  k: () => move(-1),
  r: () => writing() && writing().focus(),
  l: () => toEnd(),
  n: () => unfold("note-card"),
  e: () => unfold("close-form"),
};

function send() {
  const choice = document.getElementById("send");
  if (!choice.hidden) choice.querySelector("button").click();
}

function shortcut(event) {
  const reply = event.altKey && /^Digit[1-9]$/.test(event.code) && document.querySelectorAll("[data-insert]")[event.code.at(-1) - 1];
  if (reply && writing()) return () => insert(reply.dataset.insert);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") return send;
  if (event.key === "Escape" && event.target.id === "text") return () => event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !choices.has("letters")) return null;
  return LETTERS[event.key] || null;
}

body.addEventListener("keydown", (event) => {
  const run = event.isComposing || event.repeat ? null : shortcut(event);
  if (!run) return;
  event.preventDefault();
  run();
});

body.addEventListener("click", ({ target }) => {
  if (target.closest("[data-keys]")) keys.showModal();
});
