// What the young person says, in order. Each keeps its id until the server has stored it, so that it arrives once however often it is sent.

import { newId, post, sleep } from "./net.js";

export class Outgoing {
  #queue = []; // {id, path, body}
  #flushing = false;
  #page;
  #log;

  // `page`: `begin()` opens the chat, `stored()` after each, `tell(words)`, `giveBack(text)`, `offline` (words).
  constructor(log, page) {
    this.#log = log;
    this.#page = page;
  }

  get waits() {
    return this.#queue.length > 0;
  }

  clear() {
    this.#queue.length = 0;
  }

  say(text) {
    const id = newId();
    this.#log.addOwn(id, text);
    this.#add(id, "/chat/send", { id, text });
  }

  press(token, label = "") {
    const id = newId();
    if (label) this.#log.addOwn(id, label, token);
    this.#add(id, "/chat/press", { id, token });
  }

  #add(id, path, body) {
    this.#queue.push({ id, path, body });
    this.flush();
  }

  async flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.waits && (await this.#sent(this.#queue[0])));
    this.#flushing = false;
  }

  // Whether to go on with the next.
  async #sent(item) {
    this.#log.state(item.id, "sending");
    try {
      await this.#page.begin();
      await post(item.path, item.body);
    } catch (error) {
      return this.#failed(item, error);
    }
    if (this.#queue[0] === item) this.#queue.shift();
    this.#log.state(item.id, "sent");
    this.#page.tell("");
    this.#page.stored();
    return true;
  }

  async #failed(item, error) {
    if (error.status === 429) {
      this.#log.state(item.id, "slow_down");
      await sleep(error.wait || 5);
      return true;
    }
    if (error.status === 413 || error.status === 422) {
      // The server will never take this: the words go back into the box, so that nothing is lost.
      this.#queue.shift();
      this.#log.remove(item.id);
      if (item.body.text) this.#page.giveBack(item.body.text);
      this.#page.tell(error.text);
      return true;
    }
    this.#queue.forEach((left) => this.#log.state(left.id, "not_sent"));
    this.#page.tell(this.#page.offline);
    return false;
  }
}
