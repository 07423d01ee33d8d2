// Signs from the server that something is new. Read by fetch, since EventSource cannot send the token. It is opened again whenever
// it ends, and when it is silent for too long: after a laptop slept, a dead connection looks like a quiet one.

import { sleep, streamed } from "./net.js";

const SILENT_FOR = 40 * 1000; // ms; the server gives a sign every 15 s
const AGAIN_AFTER = 2; // seconds
const AGAIN_AFTER_REFUSAL = 10;

export class Stream {
  #path;
  #heard;
  #ended;
  #line = null;
  up = false;

  // `heard(event, data)` for each sign; `ended()` whenever it breaks off.
  constructor(path, heard, ended) {
    this.#path = path;
    this.#heard = heard;
    this.#ended = ended;
  }

  // Begin, or begin anew at once.
  async open() {
    this.close();
    const line = (this.#line = new AbortController());
    while (this.#line === line) {
      const error = await this.#follow(line.signal).catch((failed) => failed);
      if (this.#line !== line) return;
      this.up = false;
      this.#ended();
      await sleep(error?.status > 0 ? AGAIN_AFTER_REFUSAL : AGAIN_AFTER);
    }
  }

  close() {
    this.up = false;
    this.#line?.abort();
    this.#line = null;
  }

  async #follow(closed) {
    const silent = new AbortController();
    let watch = setTimeout(() => silent.abort(), SILENT_FOR);
    try {
      closed.addEventListener("abort", () => silent.abort()); // not every phone has AbortSignal.any
      const response = await streamed(this.#path, silent.signal);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => silent.abort(), SILENT_FOR);
        const signs = (rest + value).split(/\r\n\r\n|\n\n/);
        rest = signs.pop();
        signs.forEach((sign) => this.#tell(sign));
      }
    } finally {
      clearTimeout(watch);
    }
  }

  #tell(sign) {
    const field = (name) => sign.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1].trimEnd() ?? "";
    if (!field("event")) return; // a sign of life
    this.up = true;
    this.#heard(field("event"), field("data"));
  }
}
