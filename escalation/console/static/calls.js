// Calling whoever is on shift: tones made here, a notification without a word about anybody, and again each minute in danger.
"use strict";

const AGAIN = 60;
const TONES = { waiting: [523.25, 659.25], danger: [880, 659.25, 880, 659.25] };
const LOUD = { waiting: 0.12, danger: 0.22 };
let known = null;
let ringing = {};
let nextCall = null;
let audio = null;
let speaks = false;

function tone(pitch, at, loud) {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(loud, at + 0.04);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.65);
}

function play(kind, after = 0) {
  if (!audio || audio.state !== "running") return;
  TONES[kind].forEach((pitch, number) => tone(pitch, audio.currentTime + 0.05 + after + number * 0.4, LOUD[kind]));
}

// A browser lets a page sound only after somebody touched it. Of several open pages that may, one does.
async function wake() {
  if (!choices.has("sound") && !audio) return;
  audio = audio || new AudioContext();
  if (audio.state !== "running") await audio.resume();
  tellCalls();
  if (speaks) return;
  speaks = true;
  if (navigator.locks) {
    speaks = false;
    navigator.locks.request("calls", () => { speaks = true; return new Promise(() => {}); });
  }
}

function notify() {
  if (!choices.has("notice") || !("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  try {
    const notice = new Notification("Someone is waiting", { tag: "waiting", renotify: true });
    notice.addEventListener("click", () => { window.focus(); notice.close(); });
  } catch {
    tellCalls("This browser shows no notifications of a page; the sound works.");
  }
}

function call(kind) {
  if (choices.has("sound") && speaks) play(kind);
  notify();
}

// Whoever came since the page last looked is called for once; whoever is in danger again each minute of their wait.
body.addEventListener("counted", ({ detail }) => {
  const fresh = known === null ? [] : detail.ids.filter((id) => !known.has(id));
  known = new Set(detail.ids);
  ringing = detail.ringing;
  if (fresh.length) call(fresh.some((id) => id in ringing) ? "danger" : "waiting");
  planNext();
});

function planNext() {
  clearTimeout(nextCall);
  const waits = Object.values(ringing);
  document.getElementById("ringing").hidden = !waits.length || !choices.has("sound");
  if (!waits.length) return;
  const soonest = Math.min(...waits.map((seconds) => AGAIN - (seconds % AGAIN)));
  nextCall = setTimeout(() => { call("danger"); count(); }, soonest * 1000);
}

async function hush() {
  const headers = { "X-CSRF-Token": token };
  const answer = await fetch(`${base}/waiting/quiet`, { method: "POST", headers }).catch(() => null);
  if (answer && answer.ok) count();
}

function tellCalls(words = "") {
  const line = document.getElementById("calls-told");
  if (!line) return;
  const denied = choices.has("notice") && "Notification" in window && Notification.permission !== "granted";
  const mute = choices.has("sound") && (!audio || audio.state !== "running");
  line.textContent =
    words ||
    (denied ? "This browser does not let us show notifications. Allow them beside the address above, then tick again." : "") ||
    (mute ? "The browser holds the sound back until you click or press a key on this page." : "");
}

// Permission is asked for only by whoever ticks the box.
body.addEventListener("chosen", async ({ detail }) => {
  if (detail.name === "notice" && detail.on && "Notification" in window) await Notification.requestPermission();
  if (detail.name === "sound") await wake();
  tellCalls();
  planNext();
});

for (const name of ["pointerdown", "keydown"]) body.addEventListener(name, () => { if (choices.has("sound")) wake(); });

body.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-hush]")) hush();
  if (!target.closest("[data-hear]")) return;
  audio = audio || new AudioContext();
  await audio.resume();
  play("waiting");
  play("danger", 1.6);
  tellCalls();
});

if (choices.has("sound")) {
  audio = new AudioContext();
  if (audio.state === "running") wake();
}
tellCalls();
