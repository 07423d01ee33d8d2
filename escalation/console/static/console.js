// The console's own script: live pages, and merging that keeps what is being typed.
// Words stay in the page: nothing is kept in the browser's storage.
"use strict";

const body = document.body;
const base = body.dataset.base || "";
const BY_ITSELF = { "X-Background": "1" };
let token = body.dataset.csrf;

// Merging: the page that came becomes the page that is, node by node, so that focus, scrolling and drafts stay.

const matches = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");

function merge(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if ("stays" in from.dataset || (from.dataset.keep && from.dataset.keep === to.dataset.keep)) return;
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && name !== "open" && name !== "class") from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value && name !== "open") from.setAttribute(name, value);
  }
  mergeChildren(from, to);
}

function mergeChildren(from, to) {
  let next = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const there = wanted.id ? [...from.childNodes].find((node) => node.id === wanted.id) : null;
    if (there && matches(there, wanted)) {
      if (there === next) next = next.nextSibling;
      else from.insertBefore(there, next);
      merge(there, wanted);
    } else if (next && !next.id && !wanted.id && matches(next, wanted)) {
      merge(next, wanted);
      next = next.nextSibling;
    } else {
      from.insertBefore(wanted, next);
    }
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

htmx.defineExtension("merge", {
  isInlineSwap: (style) => style === "merge",
  handleSwap: (style, target, fragment) => {
    const wanted = style === "merge" && fragment.querySelector(`#${target.id}`);
    if (!wanted) return false;
    const log = document.getElementById("log");
    const atEnd = log && nearEnd(log);
    const before = log ? log.querySelectorAll("li").length : 0;
    merge(target, wanted);
    if (log) follow(log, atEnd, log.querySelectorAll("li").length > before);
    return [target];
  },
});

// The log of a conversation stays at its end, unless somebody is reading further up.

const nearEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function follow(log, atEnd, more) {
  const newer = document.getElementById("newer");
  if (atEnd) log.scrollTop = log.scrollHeight;
  else if (more && newer) newer.hidden = false;
}

function toEnd() {
  const log = document.getElementById("log");
  const newer = document.getElementById("newer");
  if (log) log.scrollTop = log.scrollHeight;
  if (newer) newer.hidden = true;
}

// Every request carries the form token; those that nobody clicked for say so, and do not prolong the session.

body.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRF-Token"] = token;
  if (["queue", "conversation"].includes(detail.elt.id)) detail.headers["X-Background"] = "1";
});

function signedOut(yes) {
  document.getElementById("signed-out").hidden = !yes;
}

async function stillHere(headers = {}) {
  const answer = await fetch(`${base}/here`, { headers }).catch(() => null);
  if (!answer) return;
  signedOut(answer.status === 401);
  if (!answer.ok) return;
  const fresh = (await answer.json()).csrf;
  if (fresh !== token) {
    token = fresh;
    document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = fresh; });
    connect();
  }
}

body.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401) signedOut(true);
  else if (detail.xhr.status === 403) stillHere();
  else connection(false);
});
for (const name of ["htmx:sendError", "htmx:timeout"]) body.addEventListener(name, () => connection(false));
body.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful) connection(true); });

let lastSign = Date.now();
function noteSign() {
  if (!token || Date.now() - lastSign < 60000) return;
  lastSign = Date.now();
  stillHere();
}

// Live: the stream tells what changed, the page fetches it.

let stream = null;
const soon = {};

function later(name, run) {
  clearTimeout(soon[name]);
  soon[name] = setTimeout(run, 20);
}

function connection(there) {
  document.getElementById("connection").hidden = there;
}

function connect() {
  if (stream) stream.close();
  stream = new EventSource(`${base}/events${body.dataset.case ? `?case=${body.dataset.case}` : ""}`);
  stream.addEventListener("open", () => {
    connection(true);
    refresh();
    body.dispatchEvent(new Event("connected"));
  });
  stream.addEventListener("error", () => {
    connection(stream.readyState === EventSource.OPEN);
    // A browser gives a stream up for good when a proxy answers in place of a program that starts again.
    if (stream.readyState === EventSource.CLOSED) setTimeout(again, 3000);
  });
  stream.addEventListener("queue", () => later("queue", refresh));
  stream.addEventListener("rota", () => later("queue", refresh));
  stream.addEventListener("case", ({ data }) => later("case", () => {
    if (data === body.dataset.case) htmx.trigger(body, "case-changed");
    else refresh();
  }));
  stream.addEventListener("ended", () => { stream.close(); stillHere(); });
}

async function again() {
  if (stream.readyState !== EventSource.CLOSED) return;
  await stillHere(BY_ITSELF);
  if (stream.readyState === EventSource.CLOSED && document.getElementById("signed-out").hidden) connect();
}

function refresh() {
  htmx.trigger(body, "queue-changed");
  if (body.dataset.case) htmx.trigger(body, "case-changed");
  count();
}

async function count() {
  const answer = await fetch(`${base}/waiting/count`, { headers: BY_ITSELF }).catch(() => null);
  if (!answer || !answer.ok) return;
  const counted = await answer.json();
  const { waiting } = counted;
  for (const badge of document.querySelectorAll("[data-counts]")) {
    const number = counted[badge.dataset.counts];
    badge.hidden = number === 0;
    badge.textContent = number;
  }
  document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  body.dispatchEvent(new CustomEvent("counted", { detail: counted }));
}

for (const name of ["keydown", "click"]) body.addEventListener(name, noteSign);

body.addEventListener("click", ({ target }) => {
  if (target.id === "newer") toEnd();
});

// htmx notes the address of the page for a history that is switched off; no address of a case stays behind.
window.addEventListener("load", () => sessionStorage.clear());

// Whoever comes back from a form finds the part of the record that it changed.
const part = document.getElementById(location.hash.slice(1));
if (part && "open" in part) part.open = true;

// A form that came back is where the work goes on.
const wrong = document.querySelector(".frame .problem");
const unfinished = wrong && wrong.parentElement.querySelector("input:not([type=hidden]), textarea, select");
if (unfinished) unfinished.focus();

const reload = document.querySelector("[data-again]");
if (reload) setTimeout(() => location.reload(), reload.dataset.again * 1000);

if (body.hasAttribute("data-live")) {
  connect();
  // A link to a line, as from "Earlier messages", leads there.
  if (!location.hash.startsWith("#line-")) toEnd();
}
