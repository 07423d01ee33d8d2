// Speaking with the server. A failed request is an Error with `status` (0: not reached), `text` (words to show) and `wait` (seconds).

export const language = document.documentElement.dataset.language;

const OURS = { "Content-Type": "application/json", "X-Breakwater": "chat", "X-Breakwater-Language": language };

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw Object.assign(new Error("not reached"), { status: 0, text: "", wait: 0 });
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After")) || 0;
  throw Object.assign(new Error("refused"), { status: response.status, text: said.text || "", wait });
}

export const post = (path, body) =>
  answered(fetch(path, { method: "POST", headers: OURS, body: JSON.stringify(body), signal: AbortSignal.timeout(20000) }));

export const get = async (path) => (await answered(fetch(path, { signal: AbortSignal.timeout(20000) }))).json();

// The page is going away, so nobody waits for this one.
export const forget = () => fetch("/chat/leave", { method: "POST", headers: OURS, body: "{}", keepalive: true }).catch(() => {});

export const sleep = (seconds) => new Promise((wake) => setTimeout(wake, seconds * 1000));

// crypto.randomUUID is missing where the page is not served over https.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
