// "… is writing", under the log. It comes with a sign of the server, and goes with the next bubble or when no sign follows.

const SHOWN_FOR = 6000; // ms

const sign = document.getElementById("typing");
let timer = 0;

export function showWriting(text) {
  clearTimeout(timer);
  timer = setTimeout(hide, SHOWN_FOR);
  if (sign.textContent !== text) sign.textContent = text; // else a screen reader would say it again
}

function hide() {
  clearTimeout(timer);
  sign.textContent = "";
}

new MutationObserver((changes) => {
  const spoken = changes.flatMap(({ addedNodes }) => [...addedNodes]).some((line) => !line.classList.contains("you"));
  if (spoken) hide();
}).observe(document.getElementById("log"), { childList: true });
