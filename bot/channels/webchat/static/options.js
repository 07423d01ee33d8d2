// The panel of settings: simple words, size of the text, language, a code, and whether this device may remember the chat.

import { forgetDevice, remember, session } from "./session.js";

const $ = (id) => document.getElementById(id);
const [panel, opener] = [$("tools"), $("options")];
const SIZES = ["normal", "large", "largest"];

const isOpen = () => opener.getAttribute("aria-expanded") === "true";

function open(wanted) {
  opener.setAttribute("aria-expanded", String(wanted));
  panel.hidden = !wanted;
}

// Close it, and say whether it was open. The focus goes back to where it came from.
export function closeOptions() {
  if (opener.hidden || !isOpen()) return false;
  open(false);
  opener.focus();
  return true;
}

// Before the chat begins they stand on the page; from then on behind their button.
export function putAway() {
  opener.hidden = false;
  panel.classList.add("over");
  $("remember").hidden = !session.canRemember;
  showRemembered();
  open(false);
}

opener.addEventListener("click", () => {
  open(!isOpen());
  if (isOpen()) panel.querySelector("button").focus();
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!opener.hidden && isOpen() && !target.closest("#tools, #options, dialog")) open(false);
});

for (const choice of panel.querySelectorAll("[name=size]")) {
  choice.addEventListener("change", () =>
    SIZES.forEach((size) => document.documentElement.classList.toggle(`text-${size}`, size === choice.value)),
  );
}

$("privacy").addEventListener("click", () => $("privacy-panel").showModal());

const showRemembered = () => $("remember").setAttribute("aria-checked", String(Boolean(session.remembered)));

// `told(name)`: which of the page's words to show.
export function offerToRemember(told) {
  const question = $("remember-panel");
  const done = (name) => {
    showRemembered();
    told(name);
  };
  $("remember").addEventListener("click", () => {
    if (!session.remembered) return question.showModal();
    forgetDevice();
    done("forgotten");
  });
  question.addEventListener("close", () => {
    if (question.returnValue !== "yes") return;
    question.returnValue = "";
    remember();
    done("remembered");
  });
}
