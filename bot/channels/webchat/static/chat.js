// The young people's page. Nothing that is said is kept in the browser: only, while the tab is open, that a chat has begun.

import { leaveOnDoubleEscape } from "./leave.js";
import { Log } from "./log.js";
import { get, language, newId, post, sleep } from "./net.js";
import { follow } from "./typing.js";

const POLL = 3; // seconds between two looks while the stream is down
const LOOK_ANYWAY = 25; // and while it is up
const HIDDEN_FOR_LONG = 5 * 60 * 1000; // ms after which coming back to the tab asks the server what may still be shown
const BOT_ASKS_WITHIN = 3000; // ms in which the bot's own "Carry on?" is waited for

const $ = (id) => document.getElementById(id);
const words = Object.fromEntries([...$("words").content.children].map((p) => [p.dataset.name, p.textContent]));
const begun = { get: () => sessionStorage.getItem("chat"), set: () => sessionStorage.setItem("chat", "1") };
const tabs = new BroadcastChannel("chat");
const box = $("box");
const log = new Log($("log"), words, { pressed: press, retry: flush });

const queue = []; // what is not yet stored by the server: {id, path, body}
let opening = null;
let started = false;
let flushing = false;
let fetching = false;
let again = false;
let after = "0.0";
let since = 0;
let stream = null;
let streaming = false;
let pollTimer = 0;
let [keptBack, carryOnTimer] = [false, 0];

// --- beginning, and coming back ---

function begin(resume = false, easy = null) {
  opening ??= open(resume, easy).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

async function open(resume, easy) {
  const join = resume || (await anotherTabIsOpen());
  await post("/chat/open", { id: newId(), resume: join, language, easy });
  enter();
}

function enter() {
  started = true;
  begun.set();
  $("welcome").hidden = true;
  tell("");
  listen();
  refresh();
}

function anotherTabIsOpen() {
  return new Promise((answer) => {
    const heard = (event) => event.data === "here" && answer(true);
    tabs.addEventListener("message", heard);
    tabs.postMessage("anyone?");
    setTimeout(() => (tabs.removeEventListener("message", heard), answer(false)), 150);
  });
}

tabs.addEventListener("message", ({ data }) => {
  if (data === "anyone?" && started) tabs.postMessage("here");
  if (data === "returned" && started) startOver();
});

// Another chat from here on: forget what this page shows.
function startOver() {
  queue.length = 0;
  log.dropBefore(Infinity);
  log.dropUnsent();
  after = "0.0";
  since = 0;
  opening = Promise.resolve();
  enter();
}

// --- saying things ---

function say(text) {
  const id = newId();
  log.addOwn(id, text);
  queue.push({ id, path: "/chat/send", body: { id, text } });
  flush();
}

function press(token, label) {
  const id = newId();
  if (label) log.addOwn(id, label, token);
  queue.push({ id, path: "/chat/press", body: { id, token } });
  flush();
}

async function flush() {
  if (flushing) return;
  flushing = true;
  let reopened = false;
  while (queue.length) {
    const item = queue[0];
    log.state(item.id, "sending");
    try {
      await begin();
      await post(item.path, item.body);
      queue.shift();
      log.state(item.id, "sent");
      tell("");
      refresh();
    } catch (error) {
      if (error.status === 429) {
        log.state(item.id, "slow_down");
        await sleep(error.wait || 5);
      } else if (error.status === 413 || error.status === 422) {
        giveBack(queue.shift(), error.text);
      } else if (error.status === 401 && !reopened) {
        reopened = true;
        opening = null;
      } else {
        queue.forEach((left) => log.state(left.id, "not_sent"));
        tell(error.status === 401 ? words.no_cookies : words.offline);
        break;
      }
    }
  }
  flushing = false;
}

// The server will never take this: the words go back into the box, so that nothing is lost.
function giveBack(item, why) {
  log.remove(item.id);
  if (item.body.text) box.value = [item.body.text, box.value].filter(Boolean).join("\n");
  tell(why);
}

// --- what is new ---

async function refresh() {
  again = true;
  if (fetching || !started) return;
  fetching = true;
  while (again) {
    again = false;
    try {
      const feed = await get(`/chat/messages?after=${after}`);
      if (feed.since < since) {
        log.dropBefore(Infinity);
        after = "0.0";
        again = true;
      } else {
        after = feed.after;
        again ||= feed.more;
      }
      show(feed);
      if (queue.length) flush();
    } catch (error) {
      if (error.status !== 429) tell(error.status === 401 ? words.no_cookies : words.offline);
      break;
    }
  }
  fetching = false;
  lookLater();
}

function show(feed) {
  if (feed.since < since) {
    since = feed.since;
    return;
  }
  since = feed.since;
  log.dropBefore(since);
  log.addAll(feed.items);
  if (!queue.length) tell("");
  offerToCarryOn(feed.kept_back);
  if (feed.items.some((item) => item.speaker !== "you")) followLanguage(feed.language);
  $("menu").hidden = log.adultSpeaks;
  $("easy").setAttribute("aria-checked", String(feed.easy_read));
  document.documentElement.classList.toggle("easy", feed.easy_read);
}

// Another language was chosen: the page follows once nothing on it can be lost. Only what the bot has said tells which it is.
function followLanguage(chosen) {
  if (chosen !== language && !queue.length && !box.value) location.replace(chosen === "en" ? "/" : `/?lang=${chosen}`);
}

// The bot asks by itself, except where an adult has the conversation or it is slow to answer.
function offerToCarryOn(wanted) {
  keptBack = wanted;
  const needed = () => keptBack && !log.asksToCarryOn;
  if (!needed()) $("carry-on").hidden = true;
  else carryOnTimer ||= setTimeout(() => ((carryOnTimer = 0), ($("carry-on").hidden = !needed())), BOT_ASKS_WITHIN);
}

function listen() {
  stream?.close();
  stream = new EventSource("/chat/stream");
  stream.addEventListener("ready", () => ((streaming = true), refresh()));
  stream.addEventListener("new", refresh);
  follow(stream);
  stream.addEventListener("error", () => {
    streaming = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
    lookLater();
  });
}

function lookLater() {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(refresh, (streaming ? LOOK_ANYWAY : POLL) * 1000);
}

function tell(text) {
  $("status").textContent = text;
  $("status").hidden = !text;
}

const couldNotOpen = () => tell(words.offline);

// --- the page ---

$("write").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!box.value.trim()) return;
  say(box.value);
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
$("menu").addEventListener("click", () => press("0:do:menu", ""));
$("carry-on").addEventListener("click", (event) => press("0:do:carry_on", event.target.textContent));
$("easy").addEventListener("click", () => {
  if (!opening) begin(false, newId()).catch(couldNotOpen); // simple from the first word on
  else press($("easy").getAttribute("aria-checked") === "true" ? "0:do:easy_off" : "0:do:easy_on", "");
});
document.querySelectorAll(".language").forEach((link) =>
  link.addEventListener("click", (event) => {
    if (!started) return;
    event.preventDefault();
    press(`0:do:language_${link.hreflang}`, link.textContent);
  }),
);
$("privacy").addEventListener("click", () => $("privacy-panel").showModal());
$("have-code").addEventListener("click", () => $("code-panel").showModal());
$("code-close").addEventListener("click", () => $("code-panel").close());

$("code-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = $("code-problem");
  problem.hidden = true;
  try {
    await post("/chat/return", { id: newId(), code: $("code").value });
    $("code").value = "";
    $("code-panel").close();
    tabs.postMessage("returned");
    startOver();
  } catch (error) {
    problem.textContent = error.text || words.offline;
    problem.hidden = false;
  }
});

leaveOnDoubleEscape($("leave"), tabs);

window.addEventListener("online", () => started && (listen(), refresh(), flush()));
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

let hiddenAt = 0;
document.addEventListener("visibilitychange", async () => {
  if (document.hidden) {
    hiddenAt = Date.now();
  } else if (started) {
    if (Date.now() - hiddenAt > HIDDEN_FOR_LONG) await comeBack();
    refresh();
  }
});

// Somebody else may hold the phone now (S77): show nothing until the server has said what may be shown.
async function comeBack() {
  $("log").hidden = true;
  await post("/chat/open", { id: newId(), resume: true }).catch(couldNotOpen);
  await refresh();
  $("log").hidden = false;
}

$("tools").hidden = $("write").hidden = false;
$("welcome").hidden = Boolean(begun.get());
if (begun.get()) begin(true).catch(couldNotOpen);
