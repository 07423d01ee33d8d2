// The page inside another site's page. The two say only four words to each other, and nothing of what is said in the chat.
// The server lets only the sites that it was told of show this page in theirs, so whoever is around it is one of them.

export const inside = parent !== window;

let host = ""; // the site around us, once it has spoken

export function sayToHost(word) {
  if (host) parent.postMessage({ chat: word }, host);
}

// `opened()`: the panel was opened. `here()`: whether a chat goes on.
export function listenToHost({ opened, here }) {
  addEventListener("message", ({ source, origin, data }) => {
    if (!inside || source !== parent) return;
    host = origin;
    if (data?.chat === "hello" && here()) sayToHost("here");
    if (data?.chat === "opened") opened();
  });
}

// The whole page goes, not only our part of it: the site's own script does that, and where it does not answer, we try ourselves.
export function leaveFrom(href) {
  sayToHost("leave");
  setTimeout(() => {
    try {
      top.location.replace(href);
    } catch {
      location.replace(href);
    }
  }, host ? 300 : 0);
}
