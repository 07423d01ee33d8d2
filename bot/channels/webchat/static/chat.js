// The young people's page: its parts, connected. Nothing that is said is kept in the browser.

import { takeNoFiles } from "./fitting.js";
import { Incoming } from "./incoming.js";
import { inside, listenToHost, sayToHost } from "./inside.js";
import { leaveOnDoubleEscape } from "./leave.js";
import { Log } from "./log.js";
import { download, language, newId, post } from "./net.js";
import { closeOptions, offerToRemember, putAway } from "./options.js";
import { Outgoing } from "./outgoing.js";
import { keep, session, useRemembered } from "./session.js";
import { Stream } from "./stream.js";
import { askOthers, hearOthers, tellOthers } from "./tabs.js";
import { showWriting } from "./typing.js";

const HIDDEN_FOR_LONG = 5 * 60 * 1000; // ms after which coming back to the tab asks the server what may still be shown
const BOT_ASKS_WITHIN = 3000; // ms in which the bot's own "Carry on?" is waited for
const OPENED_AGAIN_AFTER = 4000; // ms after which a chat that could not be opened is tried again
const SHOWN_WITHIN = 4000; // ms in which the server mostly gives back what it has stored; what it doesn't may not be shown any more

const $ = (id) => document.getElementById(id);
const words = Object.fromEntries([...$("words").content.children].map((p) => [p.dataset.name, p.textContent]));
const [box, status] = [$("box"), $("status")];

const log = new Log($("log"), $("newer"), words, {
  pressed: (token, label) => outgoing.press(token, label),
  copied: (key) => download(`/chat/copy/${encodeURIComponent(key)}`, "chat.txt").catch(({ text }) => tell(text || words.offline)),
  retry: () => outgoing.flush(),
});
const outgoing = new Outgoing(log, { begin, stored, tell, giveBack, offline: words.offline });
const incoming = new Incoming(log, { ready, shown, failed, streaming: () => stream.up });
const stream = new Stream("/chat/stream", heard, () => incoming.lookLater());

let opening = null;
let started = false;
let wasAway = false;
let keptBack = false;
let carryOnTimer = 0;
let openTimer = 0;
let openNow = null; // set while a chat that was asked for could not be opened
let draft = ""; // what stood in the box when the page went out of sight

// --- beginning, and coming back ---

function begin(easy = null) {
  opening ??= open(easy).catch((error) => {
    opening = null;
    if (error.status === 0 || error.status >= 500) beginAgain(easy);
    throw error;
  });
  return opening;
}

function beginAgain(easy) {
  clearTimeout(openTimer);
  openNow = () => begin(easy).catch(couldNotOpen);
  openTimer = setTimeout(openNow, OPENED_AGAIN_AFTER);
}

async function open(easy) {
  if (!session.token) {
    const shared = await askOthers();
    if (shared) keep(shared);
    else useRemembered();
  }
  await ask(easy);
  enter();
}

async function ask(easy = null) {
  const asked = { id: newId(), resume: Boolean(session.token), ask: session.asks, language, easy };
  keep((await (await post("/chat/open", asked)).json()).session, true);
}

function enter() {
  started = true;
  clearTimeout(openTimer);
  document.documentElement.classList.add("started");
  $("welcome").hidden = true;
  putAway();
  tell("");
  sayToHost("here");
  stream.open();
  incoming.look();
}

// Another chat from here on: forget what this page shows.
function startOver(token) {
  keep(token);
  draft = "";
  outgoing.clear();
  incoming.startOver();
  opening = Promise.resolve();
  enter();
}

hearOthers({ here: () => started && session.token, returned: (token) => started && startOver(token) });

// Somebody else may hold the phone now (S77): show nothing until the server has said what may be shown.
function comeBack() {
  wasAway = $("log").hidden = true;
  [draft, box.value] = [[draft, box.value].filter(Boolean).join("\n"), ""];
  return incoming.look();
}

async function ready() {
  if (wasAway) await ask();
  wasAway = false;
}

// --- what is new ---

function heard(event, data) {
  if (event === "typing") showWriting(data);
  else incoming.look();
}

function shown(feed) {
  $("log").hidden = false;
  if (draft && !feed.kept_back) draft = (giveBack(draft), "");
  if (!outgoing.waits) tell("");
  offerToCarryOn(feed.kept_back);
  if (feed.items.some((item) => item.speaker !== "you")) followLanguage(feed.language);
  $("menu").hidden = log.adultSpeaks;
  $("easy").setAttribute("aria-checked", String(feed.easy_read));
  document.documentElement.classList.toggle("easy", feed.easy_read);
  if (outgoing.waits) outgoing.flush();
}

function stored() {
  if (stream.up) setTimeout(() => log.stored.length && incoming.look(), SHOWN_WITHIN);
  else incoming.look();
}

function failed(error) {
  if (error.status !== 429) tell(error.status === 401 ? words.lost_page : words.offline);
}

// Another language was chosen: the page follows once nothing on it can be lost. Only what the bot has said tells which it is.
function followLanguage(chosen) {
  if (chosen !== language && !outgoing.waits && !box.value) location.replace(chosen === "en" ? "/" : `/?lang=${chosen}`);
}

// The bot asks by itself, except where an adult has the conversation or it is slow to answer.
function offerToCarryOn(wanted) {
  keptBack = wanted;
  const needed = () => keptBack && !log.asksToCarryOn;
  if (!needed()) $("carry-on").hidden = true;
  else carryOnTimer ||= setTimeout(() => ((carryOnTimer = 0), ($("carry-on").hidden = !needed())), BOT_ASKS_WITHIN);
}

// --- the page ---

function tell(text) {
  status.textContent = text;
  status.hidden = !text;
}

function giveBack(text) {
  box.value = [text, box.value].filter(Boolean).join("\n");
}

const couldNotOpen = () => tell(words.offline);

$("write").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!box.value.trim()) return;
  outgoing.say(box.value);
  box.value = "";
  box.focus();
});

box.addEventListener("focus", () => begin().catch(couldNotOpen));
box.addEventListener("keydown", (event) => {
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches;
  if (!sends) return;
  event.preventDefault();
  $("write").requestSubmit();
});

// On a touch screen the keyboard would open over the first buttons.
$("start").addEventListener("click", ({ pointerType }) => begin().then(() => (pointerType === "touch" ? $("log") : box).focus(), couldNotOpen));
$("menu").addEventListener("click", () => outgoing.press("0:do:menu"));
$("carry-on").addEventListener("click", (event) => outgoing.press("0:do:carry_on", event.target.textContent));
$("easy").addEventListener("click", () => {
  if (!opening) begin(newId()).catch(couldNotOpen); // simple from the first word on
  else outgoing.press($("easy").getAttribute("aria-checked") === "true" ? "0:do:easy_off" : "0:do:easy_on");
});
document.querySelectorAll(".language").forEach((link) =>
  link.addEventListener("click", (event) => {
    if (!started) return;
    event.preventDefault();
    closeOptions();
    outgoing.press(`0:do:language_${link.hreflang}`, link.textContent);
  }),
);
$("more").addEventListener("click", ({ currentTarget }) => {
  const open = currentTarget.getAttribute("aria-expanded") !== "true";
  currentTarget.setAttribute("aria-expanded", String(open));
  $("now").classList.toggle("open", open);
});

$("have-code").addEventListener("click", () => $("code-panel").showModal());
$("code-close").addEventListener("click", () => $("code-panel").close());
$("code-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = $("code-problem");
  problem.hidden = true;
  try {
    const answer = await post("/chat/return", { id: newId(), code: $("code").value });
    const token = (await answer.json()).session;
    $("code").value = "";
    $("code-panel").close();
    tellOthers({ returned: token });
    startOver(token);
  } catch (error) {
    problem.textContent = error.text || words.offline;
    problem.hidden = false;
  }
});

leaveOnDoubleEscape($("leave"), {
  ended: () => (stream.close(), incoming.stop(), clearTimeout(openTimer), (opening = new Promise(() => {}))),
  escaped: () => document.querySelector("dialog[open]") || closeOptions() || sayToHost("close"),
});
offerToRemember((name) => tell(words[name]));
takeNoFiles(() => tell($("no-files").content.textContent));
listenToHost({ here: () => started, opened: () => (started ? box : $("start")).focus() });
$("shut").hidden = !inside;
$("shut").addEventListener("click", () => sayToHost("close"));

addEventListener("online", () => {
  if (!started) return openNow?.();
  stream.open();
  incoming.look();
  outgoing.flush();
});
addEventListener("pagehide", () => stream.close());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  if (!session.token) location.reload();
  else if (started) comeBack().then(() => stream.open());
});

let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (started && Date.now() - hiddenAt > HIDDEN_FOR_LONG) comeBack();
  else if (started) incoming.look();
});

$("tools").hidden = $("write").hidden = false;
$("welcome").hidden = Boolean(session.token);
if (session.token) begin().catch(couldNotOpen);
