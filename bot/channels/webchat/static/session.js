// The token of this page's chat. It lives as long as the page: in memory, and beside it in the tab's own storage, so that loading
// again does not lose the chat. A browser that brings closed pages back gets nothing, unless they chose to be remembered here.

const KEY = "chat";
const LOADED_AGAIN_WITHIN = 60 * 1000; // ms
const REMEMBERED_FOR = 30 * 24 * 3600 * 1000; // ms

let token = "";
let gone = false; // the page was left quickly: nothing that was still on its way may be kept
let ask = false; // the page was away: the server asks "Carry on?" before it shows anything

// Some browsers refuse storage to a page inside another site's page: then memory is all there is.
function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

const tab = storage("sessionStorage");
const device = storage("localStorage");

function read(from) {
  try {
    return JSON.parse(from.getItem(KEY));
  } catch {
    return null;
  }
}

function write(to, what) {
  try {
    if (what) to.setItem(KEY, JSON.stringify(what));
    else to.removeItem(KEY);
  } catch {
    // no storage, or it is full
  }
}

// Whether what a tab kept may be used. A page that is loaded again says when it went. One that phones put away to save memory was
// hidden and could say nothing more; whoever opens it is asked first. Anything else was closed, and a browser brought it back.
export function mayGoOn(kept, { type, discarded, phone, now }) {
  if (!kept?.token) return "no";
  if (discarded) return "ask";
  if (kept.left) return type !== "back_forward" && Math.abs(now - kept.left) < LOADED_AGAIN_WITHIN ? "at once" : "no";
  return phone && kept.hidden ? "ask" : "no";
}

function takeUp() {
  const kept = read(tab);
  write(tab, null);
  const how = mayGoOn(kept, {
    type: performance.getEntriesByType("navigation")[0]?.type,
    discarded: document.wasDiscarded,
    phone: matchMedia("(pointer: coarse)").matches,
    now: Date.now(),
  });
  if (how === "no" || location.hash === "#afresh") return;
  keep(kept.token);
  ask = how === "ask";
}

export const session = {
  get token() {
    return token;
  },
  get asks() {
    return ask;
  },
  get remembered() {
    const kept = read(device);
    return kept?.until > Date.now() ? kept.token : "";
  },
  get canRemember() {
    return Boolean(device);
  },
};

// `goesOn`: it is the chat of this page, or what takes its place. Another chat that is opened here is not remembered unasked.
export function keep(given, goesOn = false) {
  if (gone) return;
  const remembers = goesOn && session.remembered && session.remembered === token;
  token = given;
  ask = false;
  write(tab, { token });
  if (remembers) remember();
}

export function useRemembered() {
  token = session.remembered;
  ask = Boolean(token);
}

export const remember = () => write(device, { token, until: Date.now() + REMEMBERED_FOR });
export const forgetDevice = () => write(device, null);

// This page forgets; what was said stays with those it was said to.
export function forget() {
  gone = true;
  token = "";
  write(tab, null);
}

addEventListener("pagehide", () => token && write(tab, { token, left: Date.now() }));
addEventListener("pageshow", ({ persisted }) => persisted && token && write(tab, { token }));
document.addEventListener("visibilitychange", () => {
  const left = read(tab)?.left;
  if (token && !left) write(tab, { token, hidden: document.hidden });
});

if (device && !session.remembered) forgetDevice();
takeUp();
