// Passkeys: the browser's own dialogue between pressing a button and sending its form.

"use strict";

const WORDS = {
  NotAllowedError: "Nothing was chosen, or it took too long. Press the button to try again.",
  InvalidStateError: "This device has a passkey for your account already.",
};
const OTHERWISE = "This browser could not do that. Try again, or use your password.";

async function answerOf(form) {
  const headers = { "x-csrf-token": document.body.dataset.csrf || "" };
  const asked = await fetch(form.dataset.options, { method: "POST", headers });
  if (!asked.ok) throw new Error(asked.statusText);
  const options = await asked.json();
  if (form.dataset.passkey === "make") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

function prepare(form) {
  const said = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      form.elements.answer.value = JSON.stringify((await answerOf(form)).toJSON());
      form.submit();
    } catch (error) {
      said.textContent = WORDS[error.name] || OTHERWISE;
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
  document.querySelectorAll("[data-passkeys]").forEach((part) => { part.hidden = false; });
} else {
  document.querySelectorAll("[data-no-passkeys]").forEach((words) => { words.hidden = false; });
}
