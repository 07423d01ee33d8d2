// "Leave quickly": one tap, or Escape twice. The page goes blank at once, in every tab, and the weather takes its place.

import { inside, leaveFrom } from "./inside.js";
import { forget } from "./session.js";
import { hearOthers, tellOthers } from "./tabs.js";

const TWICE = 1000; // ms between the two

// `escaped()` is told of each single Escape that no open panel takes.
export function leaveOnDoubleEscape(link, { ended, escaped }) {
  const leave = () => {
    ended();
    forget();
    document.body.replaceChildren();
    if (inside) leaveFrom(link.href);
    else location.replace(link.href);
  };
  const leaveEverywhere = () => {
    tellOthers({ left: true });
    leave();
  };
  let last = -TWICE;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leaveEverywhere();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat || event.isComposing) return;
      if (event.timeStamp - last < TWICE) leaveEverywhere();
      else escaped();
      last = event.timeStamp;
    },
    true,
  );
  hearOthers({ left: leave });
}
