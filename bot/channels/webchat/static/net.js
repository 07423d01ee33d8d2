// Speaking with the server. A failed request is an Error with `status` (0: not reached), `text` (words to show) and `wait` (seconds).

import { session } from "./session.js";

export const language = document.documentElement.dataset.language;

const PATIENCE = 20 * 1000; // ms

const ours = () => ({
  "X-Breakwater": "chat",
  "X-Breakwater-Language": language,
  ...(session.token && { Authorization: `Bearer ${session.token}` }),
});

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw Object.assign(new Error("not reached"), { status: 0, text: "", wait: 0 });
  }
  if (response.ok) return response;
  const said = response.headers.get("Content-Type")?.startsWith("text/plain")
    ? { text: await response.text() }
    : await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After")) || 0;
  throw Object.assign(new Error("refused"), { status: response.status, text: said.text || "", wait });
}

export const post = (path, body) =>
  answered(
    fetch(path, {
      method: "POST",
      headers: { ...ours(), "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    }),
  );

const fetched = (path) => answered(fetch(path, { headers: ours(), signal: AbortSignal.timeout(PATIENCE) }));

export const get = async (path) => (await fetched(path)).json();

// A response that goes on until `signal` ends it.
export const streamed = (path, signal) => answered(fetch(path, { headers: { ...ours(), Accept: "text/event-stream" }, signal }));

// A file for the young person to keep.
export async function download(path, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await fetched(path)).blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE);
}

export const sleep = (seconds) => new Promise((wake) => setTimeout(wake, seconds * 1000));

// crypto.randomUUID is missing where the page is not served over https.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
