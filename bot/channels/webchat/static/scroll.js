// Where the log is scrolled to. It follows what is new, but never moves what somebody is reading: then a button says that something came.

const NEAR = 120; // px from the end that still count as being there
const GAP = 12; // px left above a bubble that is scrolled to

export class Scroll {
  #box;
  #newer;
  #atEnd = true;

  constructor(box, newer) {
    this.#box = box;
    this.#newer = newer;
    box.addEventListener("scroll", () => this.#notice(), { passive: true });
    newer.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.stay()).observe(box); // a keyboard opened, or a phone was turned
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#notice();
  }

  // Something changed its height: whoever was at the end still is.
  stay() {
    if (this.#atEnd && this.#box.querySelector(".line")) this.toEnd();
  }

  // New bubbles, beginning with this one: to the end, but where that would hide the first of them, to its beginning.
  came(first) {
    if (!first) return this.stay();
    if (!this.#atEnd) {
      this.#newer.hidden = false;
      return;
    }
    this.toEnd();
    const top = first.offsetTop - GAP;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
  }

  #notice() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd) this.#newer.hidden = true;
  }
}
