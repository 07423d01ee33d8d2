// What is new for this page. A sign of the stream, a timer or coming back to the tab makes it look; bubbles come in the server's order.

import { get } from "./net.js";

const POLL = 3; // seconds between two looks while the stream is down
const LOOK_ANYWAY = 60; // and while it is up

export class Incoming {
  #after = "0.0";
  #since = 0;
  #again = false;
  #chat = 0;
  #looking = null;
  #timer = 0;
  #at = Infinity; // when it looks again by itself
  #log;
  #page;

  // `page`: `ready()` before each look, `shown(feed)` after each look, `failed(error)`, `streaming()`: whether the stream is up.
  constructor(log, page) {
    this.#log = log;
    this.#page = page;
  }

  // Another chat from here on.
  startOver() {
    this.#log.dropBefore(Infinity);
    this.#log.dropUnsent();
    [this.#after, this.#since] = ["0.0", 0];
    this.#chat += 1;
  }

  // The page is going away.
  stop() {
    this.#chat += 1;
    clearTimeout(this.#timer);
  }

  // Everything that is new when it is called is there when it is done.
  look() {
    this.#again = true;
    this.#at = Infinity;
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null;
      if (this.#again) this.look();
      else this.lookLater();
    });
    return this.#looking;
  }

  // Never later than was meant before: a stream that breaks off again and again must not put every look off.
  lookLater() {
    const at = Date.now() + (this.#page.streaming() ? LOOK_ANYWAY : POLL) * 1000;
    if (this.#looking || this.#at <= at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => this.look(), at - Date.now());
  }

  async #lookOn() {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#page.ready();
        const [chat, stored] = [this.#chat, this.#log.stored];
        const feed = await get(`/chat/messages?after=${this.#after}`);
        if (chat === this.#chat) this.#take(feed, stored);
      } catch (error) {
        if (error.status === undefined) throw error;
        this.#page.failed(error);
        return;
      }
    }
  }

  // `stored`: one's own that the server had before it was asked. Where it does not give them, they may not be shown any more.
  #take(feed, stored) {
    const more = feed.since < this.#since; // what was kept back may be shown again: from the beginning
    this.#since = feed.since;
    if (more) {
      this.#log.dropBefore(Infinity);
      this.#after = "0.0";
      this.#again = true;
      return;
    }
    this.#after = feed.after;
    this.#again ||= feed.more;
    this.#log.dropBefore(feed.since);
    this.#log.addAll(feed.items);
    if (!feed.more) this.#log.dropUnsent(stored);
    this.#page.shown(feed);
  }
}
