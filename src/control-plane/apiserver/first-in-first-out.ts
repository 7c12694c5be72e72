/** A queue that does not move what waits at each take. */

/** Taken items are dropped from the array when they are more than this many, and more than half of it. */
const SLACK = 1_024;

export class FirstInFirstOut<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  replaceLast(item: T): void {
    this.items[this.items.length - 1] = item;
  }

  /** The oldest item; only while there is one. */
  shift(): T {
    const item = this.items[this.head++];
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head > SLACK && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** Changes the waiting items in place. */
  replaceEach(change: (item: T) => T): void {
    for (let index = this.head; index < this.items.length; index++) this.items[index] = change(this.items[index]);
  }
}
