// On another site's page: a button, and the chat in a frame of our own origin. The chat cannot see that page, and that page cannot see
// into the chat; they say only "hello", "here", "opened", "close" and "leave" to each other. The server calls this function with
// `words` by language, `style`, and `exit`, the page that "Leave quickly" opens.
(({ words, style, exit }) => {
  const origin = new URL(document.currentScript.src).origin;
  const language = document.documentElement.lang.split("-")[0];
  const { open, lang } = words[language] ?? words.en;
  const MARK = "breakwater-chat"; // in this tab's own storage: "open" or "shut" once there is a chat, so that it follows from page to page
  const TWICE = 1000; // ms between two Escapes

  const holder = document.createElement("breakwater-chat");
  const root = holder.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];

  const button = Object.assign(document.createElement("button"), { type: "button", className: "opener", textContent: open });
  button.setAttribute("aria-expanded", "false");
  root.append(button);
  let frame = null;
  let loaded = false;
  let closedAt = -TWICE;

  // This page may not be allowed to keep anything: then the chat does not follow to the next one.
  function marked(as) {
    try {
      if (as) sessionStorage.setItem(MARK, as);
      else if (as === "") sessionStorage.removeItem(MARK);
      return sessionStorage.getItem(MARK);
    } catch {
      return null;
    }
  }

  const say = (word) => loaded && frame.contentWindow.postMessage({ chat: word }, origin);

  // `afresh`: this tab was closed and brought back, so a chat that was in it stays closed.
  function load(afresh = false) {
    frame = Object.assign(document.createElement("iframe"), { title: open, className: "panel", hidden: true, referrerPolicy: "no-referrer" });
    frame.src = `${origin}/${lang === "en" ? "" : `?lang=${lang}`}${afresh ? "#afresh" : ""}`;
    frame.addEventListener("load", () => {
      loaded = true;
      say(frame.hidden ? "hello" : "opened");
    });
    root.append(frame);
  }

  function show(wanted) {
    frame.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    marked(wanted ? "open" : "shut");
    if (!wanted) return button.focus();
    frame.focus();
    say("opened");
  }

  function leave() {
    marked("");
    holder.remove();
    try {
      top.location.replace(exit);
    } catch {
      location.replace(exit);
    }
  }

  button.addEventListener("click", () => {
    if (!frame) load(broughtBack);
    show(frame.hidden);
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - closedAt < TWICE) leave();
    else if (frame && !frame.hidden) [closedAt] = [event.timeStamp, show(false)];
  });

  addEventListener("message", ({ source, origin: from, data }) => {
    if (from !== origin || source !== frame?.contentWindow) return;
    if (data?.chat === "leave") leave();
    if (data?.chat === "here" && frame.hidden && marked() === "open") show(true);
    if (data?.chat === "close") [closedAt] = [performance.now(), show(false)];
  });

  const broughtBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  document.body.append(holder);
  if (broughtBack) marked("");
  else if (marked()) load();
})
