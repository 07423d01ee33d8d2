// A draft's form: what is typed is shown and checked at once, saved a second later, and stays in the page while the connection is gone.
"use strict";

{
  const LOOK_AFTER = 250;
  const SAVE_AFTER = 1000;
  const AGAIN_AFTER = 4000;
  const ACROSS_AFTER = 1500;
  const timers = {};
  let dirty = false;

  const editor = () => document.getElementById("editing");
  const merging = () => editor() && "unsaved" in editor().dataset;

  function soon(name, after, run) {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(run, after);
  }

  function tell(words, wrong = false) {
    const line = document.getElementById("kept");
    if (!line || line.textContent === words) return;
    line.textContent = words;
    line.classList.toggle("wrong", wrong);
  }

  function showIt() {
    const looking = document.getElementById("looking");
    if (looking) htmx.trigger(looking, "look");
  }

  function keep() {
    if (editor() && !merging()) htmx.trigger(editor(), "keep");
  }

  // What it means for other files takes seconds, so it is asked for once somebody pauses after a save.
  function lookAcross() {
    const across = document.getElementById("across");
    if (across) htmx.trigger(across, "kept");
  }

  function lost() {
    dirty = true;
    tell("Not saved: the connection is gone. Your words are still here; trying again…", true);
    soon("again", AGAIN_AFTER, keep);
  }

  document.addEventListener("input", ({ target }) => {
    if (!editor() || target.form !== editor()) return;
    soon("look", LOOK_AFTER, showIt);
    if (target.closest("#looks")) return;
    dirty = true;
    if (!merging()) tell("Writing…");
    if (target.id === "text") number(target);
    soon("keep", SAVE_AFTER, keep);
  });

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt !== editor()) return;
    clearTimeout(timers.keep);
    clearTimeout(timers.again);
    dirty = false;
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id !== "editing") return;
    if (detail.successful) soon("across", ACROSS_AFTER, lookAcross);
    else if (detail.xhr.status !== 409) lost();
  });

  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const field of document.querySelectorAll("#editing [aria-describedby]")) {
      const wrong = document.getElementById(`p-${field.name}`);
      if (wrong) field.toggleAttribute("aria-invalid", wrong.childElementCount > 0);
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    toEnd();
    if (dirty) tell("Writing…");
  });

  document.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("online", () => { if (dirty) keep(); });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  function number(field) {
    const lines = field.value.split("\n").length;
    field.rows = lines + 1;
    field.previousElementSibling.textContent = Array.from({ length: lines }, (_, index) => `${index + 1}\n`).join("");
  }

  function toEnd() {
    for (const log of document.querySelectorAll("[data-end]")) log.scrollTop = log.scrollHeight;
  }

  toEnd();
}
