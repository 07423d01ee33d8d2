// Other tabs of this site in the same browser: they show the same chat, and go together.

const channel = new BroadcastChannel("chat");
const ANSWERED_WITHIN = 150; // ms

// The token of a chat that is open in another tab, or "".
export function askOthers() {
  return new Promise((answer) => {
    const heard = ({ data }) => data.here && answer(data.here);
    channel.addEventListener("message", heard);
    channel.postMessage({ asks: true });
    setTimeout(() => (channel.removeEventListener("message", heard), answer("")), ANSWERED_WITHIN);
  });
}

export const tellOthers = (what) => channel.postMessage(what);

// `here()` gives this tab's token; `returned(token)`: another tab opened a chat with its code; `left()`: another tab left quickly.
export function hearOthers({ here, returned, left }) {
  channel.addEventListener("message", ({ data }) => {
    if (data.asks && here()) channel.postMessage({ here: here() });
    if (data.returned) returned(data.returned);
    if (data.left) left();
  });
}
