// What scripts add to the panel's pages, which work without them: taps without a new page, words that are not lost, and a way out.

const TWICE = 1000; // ms between two presses of Escape

const leave = document.getElementById("leave");
function leaveNow(event) {
  event?.preventDefault();
  document.body.replaceChildren();
  location.replace(leave.href);
}
leave.addEventListener("click", leaveNow);
let last = -TWICE;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  if (event.timeStamp - last < TWICE) leaveNow();
  last = event.timeStamp;
});

for (const form of document.querySelectorAll("[data-taps]")) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    event.preventDefault();
    const headers = { "x-panel": "tap" };
    const body = new URLSearchParams({ [button.name]: button.value });
    const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" }).catch(() => null);
    if (answer?.status !== 204) {
      location.reload();
      return;
    }
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of form.querySelectorAll(`button[name="${button.name}"]`)) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(on));
  });
}

// Words stay in their box until the site says that it has them.
for (const form of document.querySelectorAll("[data-words]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (answer?.ok && answer.redirected) {
      const there = location.href.split("#")[0] === answer.url;
      location.replace(`${answer.url}#say`);
      if (there) location.reload();
    } else if (answer && answer.status < 500 && answer.status !== 404) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      form.querySelector(".notice:not([data-failed])")?.remove();
      form.prepend(...page.querySelectorAll("[data-words] > .notice:not([data-failed])"));
    } else {
      failed.hidden = false;
    }
  });
}
