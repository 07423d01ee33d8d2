// "Leave quickly": one tap, or Escape twice. The page goes blank at once, in every tab, and the weather takes its place.

import { forget } from "./net.js";

const TWICE = 1000; // ms between the two

export function leaveOnDoubleEscape(link, tabs) {
  const leave = () => {
    document.body.replaceChildren();
    sessionStorage.clear();
    location.replace(link.href);
  };
  const leaveEverywhere = () => {
    tabs.postMessage("left");
    forget();
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
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - last < TWICE) leaveEverywhere();
      last = event.timeStamp;
    },
    true,
  );
  tabs.addEventListener("message", ({ data }) => data === "left" && leave());
}
