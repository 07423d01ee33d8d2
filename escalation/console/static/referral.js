// Leaving out the words that somebody selected with the mouse, a finger or the keyboard: they become one more name.
"use strict";

const names = document.getElementById("names");
const offer = document.querySelector("[data-select]");

function selected() {
  const chosen = document.getSelection();
  const inside = chosen.anchorNode && chosen.anchorNode.parentElement.closest("[data-words]");
  return inside ? chosen.toString().trim() : "";
}

if (names && offer) {
  offer.hidden = false;
  let words = "";
  document.addEventListener("selectionchange", () => {
    const now = selected();
    if (now) words = now;
  });
  offer.addEventListener("click", () => {
    if (!words) return;
    names.value = names.value.trim() ? `${names.value.trimEnd()}\n${words}` : words;
    words = "";
    names.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
