// The writing box: what is typed is kept by the server, sent once, and never shown as sent before it is.
"use strict";

let unsaved = false;

function writing() {
  return document.getElementById("text");
}

function tellSending(words, wrong = false) {
  const line = document.getElementById("sending");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("problem", wrong);
}

// They see that somebody writes to them, and nothing of what is written.
let lastWriting = 0;
function noteWriting() {
  if (Date.now() - lastWriting < 4000) return;
  lastWriting = Date.now();
  const headers = { "X-CSRF-Token": token };
  fetch(`${base}/cases/${body.dataset.case}/typing`, { method: "POST", headers }).catch(() => {});
}

// A held message that was changed is a new one: it is sent, and looked at, like any other.
function changing() {
  const choice = document.getElementById("held-choice");
  if (choice) choice.hidden = true;
  document.getElementById("send").hidden = false;
  const held = document.getElementById("held");
  if (held) held.hidden = !writing().value;
  writing().focus();
}

// Characters as the server counts them: an emoji is one.
function tellLength() {
  const line = document.getElementById("length");
  const most = Number(writing().dataset.longest);
  const number = [...writing().value.trim()].length;
  line.hidden = number < most * 0.8;
  line.classList.toggle("problem", number > most);
  const over = number > most ? ": too long for one message. Send it in parts; nothing is lost meanwhile." : "";
  line.textContent = `${number.toLocaleString("en-GB")} of ${most.toLocaleString("en-GB")} characters${over}`;
}

body.addEventListener("input", ({ target }) => {
  if (target.id !== "text") return;
  unsaved = true;
  if (target.value) noteWriting();
  tellSending("");
  tellLength();
  changing();
});

body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.id === "composer") tellSending("Sending…");
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  body.addEventListener(name, ({ detail }) => {
    if (detail.elt.id === "composer") tellSending("Not sent. Your words are still here: press Send again in a moment.", true);
  });
}

body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id === "text" && detail.successful) unsaved = false;
  if (detail.elt.id === "composer" && detail.successful) unsaved = false;
  if (detail.elt.id === "composer" && detail.xhr.status && ![401, 403].includes(detail.xhr.status)) htmx.trigger(body, "case-changed");
});

// What was typed while the program was away is kept as soon as it is back.
body.addEventListener("connected", () => {
  if (unsaved && writing()) htmx.trigger(writing(), "keep");
});

body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.elt || detail.elt.id !== "composer" || !writing()) return;
  writing().focus();
  if (writing().value) tellLength();
  toEnd();
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved && writing() && writing().value) event.preventDefault();
});

function insert(words) {
  const field = writing();
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n${words}` : words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

body.addEventListener("click", ({ target }) => {
  const reply = target.closest("[data-insert]");
  if (reply) insert(reply.dataset.insert);
  if (target.closest("[data-change]")) changing();
});

if (writing() && writing().value) tellLength();
