// The week as a calendar: laid out by the times that stand in the page; shifts moved with the pointer or the keyboard.
// Times are the rota's own local ones, calculated as if there were no time zones; the server knows what they mean.
"use strict";

const rota = document.getElementById("rota");
const STEP = 30;
const DAY = 24 * 60;
let moved = null;

const minutes = (text) => Date.parse(`${text}Z`) / 60000;
const written = (at) => new Date(at * 60000).toISOString().slice(0, 16);
const dayName = (at) => new Date(at * 60000).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const inWords = ({ starts, ends }) => `${dayName(starts)}, ${written(starts).slice(11)} to ${written(ends).slice(11)}`;

function place() {
  for (const slot of rota.querySelectorAll(".week li")) {
    const { from, to, lane, lanes } = slot.dataset;
    slot.style.top = `${(from / DAY) * 100}%`;
    slot.style.height = `${((to - from) / DAY) * 100}%`;
    slot.style.left = `${(lane / lanes) * 100}%`;
    slot.style.width = `${100 / lanes}%`;
  }
  document.getElementById("week").dataset.placed = "";
}

function tell(words) {
  const line = document.getElementById("rota-told");
  line.textContent = words;
  line.hidden = !words;
}

// What a shift would be stands over what it is, until it is saved or undone.

function begin(link) {
  if (moved && moved.id === link.dataset.shift) return;
  undo();
  const was = { starts: minutes(link.dataset.starts), ends: minutes(link.dataset.ends) };
  moved = { id: link.dataset.shift, name: link.dataset.name, was, ...was };
}

function to(starts, ends) {
  if (ends - starts < STEP) return;
  Object.assign(moved, { starts, ends });
  for (const one of rota.querySelectorAll(`[data-shift="${moved.id}"]`)) one.classList.add("moving");
  ghosts();
  tell(`${moved.name}: ${inWords(moved)}`);
}

function ghosts() {
  rota.querySelectorAll(".ghost").forEach((ghost) => ghost.remove());
  for (const day of rota.querySelectorAll(".week .day")) {
    const midnight = minutes(`${day.dataset.date}T00:00`);
    const from = Math.max(moved.starts - midnight, 0);
    const until = Math.min(moved.ends - midnight, DAY);
    if (from < until) day.querySelector("ul").append(ghost(from, until));
  }
}

function ghost(from, until) {
  const made = document.createElement("li");
  made.className = "ghost";
  made.setAttribute("aria-hidden", "true");
  made.style.top = `${(from / DAY) * 100}%`;
  made.style.height = `${((until - from) / DAY) * 100}%`;
  const words = document.createElement("div");
  words.textContent = `${moved.name} ${written(moved.starts).slice(11)}–${written(moved.ends).slice(11)}`;
  made.append(words);
  return made;
}

function undo(words = "") {
  rota.querySelectorAll(".ghost").forEach((one) => one.remove());
  rota.querySelectorAll(".moving").forEach((one) => one.classList.remove("moving"));
  moved = null;
  tell(words);
}

const changed = () => moved && (moved.starts !== moved.was.starts || moved.ends !== moved.was.ends);

function save() {
  moved.saving = true;
  const { id, starts, ends } = moved;
  tell("Saving…");
  htmx.ajax("POST", `${base}/rota/${id}/change`, {
    source: rota,
    target: rota,
    swap: "merge",
    values: { week: rota.dataset.week, starts: written(starts), ends: written(ends) },
  });
}

rota.addEventListener("htmx:afterSwap", () => {
  const done = moved;
  undo();
  place();
  if (!done) return;
  const refused = rota.querySelector("#change .problem");
  if (!refused) {
    tell(`Saved. ${done.name}: ${inWords(done)}`);
    setTimeout(() => { if (!moved) tell(""); }, 6000);
  }
  const link = rota.querySelector(`.week [data-shift="${done.id}"]`);
  if (link) link.focus({ preventScroll: Boolean(refused) });
  if (refused) document.getElementById("change").scrollIntoView({ block: "nearest" });
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  rota.addEventListener(name, () => undo("Not saved: the shift is as it was. Try again in a moment."));
}

// With the keyboard: the arrows move, Shift and an arrow move the end, Enter saves, Escape undoes.

const BY = { ArrowUp: -STEP, ArrowDown: STEP, ArrowLeft: -DAY, ArrowRight: DAY };

rota.addEventListener("keydown", (event) => {
  const link = event.target.closest(".week a[data-shift]");
  if (!link || (moved && moved.saving) || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = BY[event.key];
  if (by && !(event.shiftKey && Math.abs(by) === DAY)) {
    begin(link);
    to(moved.starts + (event.shiftKey ? 0 : by), moved.ends + by);
  } else if (event.key === "Enter" && changed()) save();
  else if (event.key === "Escape" && moved) undo("Undone: the shift is as it was.");
  else return;
  event.preventDefault();
});

rota.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (changed() && !moved.saving && !dragging && target.matches("[data-shift]") && (!relatedTarget || relatedTarget.dataset.shift !== moved.id)) {
    undo("Not saved: the shift is as it was. Press Enter to save it.");
  }
});

// With the pointer: the lower edge lengthens, the rest moves.

let dragging = null;

rota.addEventListener("pointerdown", (event) => {
  const link = event.target.closest(".week a[data-shift]");
  if (!link || event.button !== 0 || (moved && moved.saving)) return;
  const column = link.closest("ul").getBoundingClientRect();
  const lengthens = link.getBoundingClientRect().bottom - event.clientY < 10;
  dragging = { link, x: event.clientX, y: event.clientY, height: column.height, width: column.width, lengthens, far: false };
  link.setPointerCapture(event.pointerId);
});

rota.addEventListener("pointermove", (event) => {
  if (!dragging) return;
  const [x, y] = [event.clientX - dragging.x, event.clientY - dragging.y];
  if (!dragging.far && Math.hypot(x, y) < 5) return;
  if (!dragging.far) begin(dragging.link);
  dragging.far = true;
  const by = Math.round(((y / dragging.height) * DAY) / STEP) * STEP;
  const days = dragging.lengthens ? 0 : Math.round(x / dragging.width) * DAY;
  const { starts, ends } = moved.was;
  to(starts + (dragging.lengthens ? 0 : by + days), ends + by + days);
});

rota.addEventListener("pointerup", () => {
  const dropped = dragging;
  dragging = null;
  if (!dropped || !dropped.far) return;
  dropped.link.addEventListener("click", (event) => event.preventDefault(), { once: true });
  setTimeout(() => (changed() ? save() : undo()), 0);
});

rota.addEventListener("pointercancel", () => { dragging = null; undo(); });
rota.addEventListener("dragstart", (event) => event.preventDefault());

place();
