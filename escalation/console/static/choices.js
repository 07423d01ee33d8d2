// What this browser was told to do: kept by the server in a cookie, since the page keeps nothing.
"use strict";

const choices = new Set(body.dataset.choices.split(" ").filter(Boolean));

async function choose(name, on) {
  const sent = new URLSearchParams({ name, on: on ? "yes" : "" });
  const answer = await fetch(`${base}/choices`, { method: "POST", headers: { "X-CSRF-Token": token }, body: sent }).catch(() => null);
  if (!answer || !answer.ok) return false;
  if (on) choices.add(name);
  else choices.delete(name);
  return true;
}

// A tick that could not be kept is taken back, so that nobody relies on it.
body.addEventListener("change", async ({ target }) => {
  const name = target.dataset.choice;
  if (!name) return;
  const on = target.checked;
  target.checked = (await choose(name, on)) ? on : !on;
  body.dispatchEvent(new CustomEvent("chosen", { detail: { name, on: target.checked } }));
});
