/**
 * The event queue that runs by default: a radix heap over typed arrays with a sorted front.
 *
 * Times are integers and never go back, so the pending events can be kept by the digits of their times, in base 256, as in the hierarchical timing wheels of
 * Varghese and Lauck (1987) and the multi-level radix heap of Ahuja, Mehlhorn, Orlin and Tarjan (1990). An event lies in the bucket of the highest digit in which its
 * time differs from `base`, a lower bound of all times there. To find the earliest, the first bucket of the lowest level is dealt out to the buckets below it;
 * each event moves down at most seven times and mostly two or three, whatever the number of events, and all moves append to sequential memory.
 *
 * As in the ladder queue (Tang, Goh and Thng 2005), a bucket of few events is not dealt out but sorted into the front, an array from which events are popped. A queue of few
 * events consists of the front alone.
 *
 * Order among equal times needs no sequence number: a bucket keeps insertion order, dealing out and sorting are stable, and an event reaches a lower bucket directly only after
 * the one above, which held its elders, was dealt out.
 */
import { type EventId, type EventQueue, type EventSlot, NONE } from "./event-queue.js";
import { EventTable } from "./event-table.js";

const DIGIT_BITS = 8;
const RADIX = 1 << DIGIT_BITS;
/** Seven digits hold 2^53. Four of them make the low 32 bits, three the high ones, so that no digit spans both halves. */
const LEVELS = 7;
const LOW_LEVELS = 4;
const WORDS_PER_LEVEL = RADIX / 32;

/** Width of a bucket of each level, and of one level more. */
const WIDTHS = Float64Array.from({ length: LEVELS + 1 }, (_, level) => RADIX ** level);

/** Entries of one chunk of a bucket. */
const CHUNK_BITS = 4;
const CHUNK = 1 << CHUNK_BITS;

/** A bucket of at most so many events is sorted into the front. */
const SORT_AT_MOST = 32;
/** A front of more events than this sends its later half to the buckets rather than insert in the middle. */
const FRONT_AT_MOST = 24;

/** Cancelled events are swept when they outnumber the pending ones by this many. */
const SWEEP_MARGIN = 64;

const TWO_32 = 2 ** 32;

export class RadixEventQueue implements EventQueue {
  now = 0;
  handler = 0;
  argument = 0;

  private readonly table = new EventTable();
  private count = 0;
  private cancelled = 0;

  /** The front: all events earlier than `frontEnd`, in order, from `head` up to `tail`. */
  private frontTimes = new Float64Array(2 * FRONT_AT_MOST);
  private frontSlots = new Int32Array(2 * FRONT_AT_MOST);
  private head = 0;
  private tail = 0;
  private frontEnd = Number.POSITIVE_INFINITY;

  /** Not later than any event in the buckets. */
  private base = 0;
  private baseLow = 0;
  private baseHigh = 0;

  /** Which buckets hold events: a bit for each level, for each word of 32 buckets, for each bucket. */
  private levels = 0;
  private readonly words = new Int32Array(LEVELS);
  private readonly buckets = new Int32Array(LEVELS * WORDS_PER_LEVEL);

  /** Each bucket: number of entries, first and last chunk. All chunks but the last are full. */
  private readonly lengths = new Int32Array(LEVELS * RADIX);
  private readonly firsts = new Int32Array(LEVELS * RADIX);
  private readonly lasts = new Int32Array(LEVELS * RADIX);

  /** Chunks of entries, and the chunk that follows each: the next one of its bucket, or of those that are free. */
  private chunkTimes = new Float64Array(64 * CHUNK);
  private chunkSlots = new Int32Array(64 * CHUNK);
  private chunkNext = new Int32Array(64);
  private chunksUsed = 0;
  private freeChunk = -1;

  get size(): number {
    return this.count - this.cancelled;
  }

  get held(): number {
    return this.count;
  }

  push(delay: number, handler: number, argument: number): EventSlot {
    const time = this.now + delay;
    const slot = this.table.allocate(handler, argument);
    this.count++;
    if (time < this.frontEnd) this.insert(time, slot);
    else this.append(time, slot);
    return slot;
  }

  idOf(slot: EventSlot): EventId {
    return this.table.idOf(slot);
  }

  cancel(id: EventId): EventSlot {
    const slot = this.table.cancel(id);
    if (slot === NONE) return NONE;
    this.cancelled++;
    if (this.cancelled > this.count - this.cancelled + SWEEP_MARGIN) this.sweep();
    return slot;
  }

  pop(limit: number): EventSlot {
    for (;;) {
      const head = this.head;
      if (head === this.tail) {
        if (this.refill(limit)) continue;
        return this.standAt(limit);
      }
      const time = this.frontTimes[head];
      if (time > limit) return this.standAt(limit);
      const slot = this.frontSlots[head];
      this.head = head + 1;
      this.count--;
      const { table } = this;
      const handler = table.handler(slot);
      if (handler >= 0) {
        this.now = time;
        this.handler = handler;
        this.argument = table.argument(slot);
        table.release(slot);
        return slot;
      }
      this.cancelled--;
      table.release(slot);
    }
  }

  private standAt(limit: number): EventSlot {
    if (limit > this.now && limit !== Number.POSITIVE_INFINITY) this.now = limit;
    return NONE;
  }

  /** Puts an event into the front, after those of the same time. */
  private insert(time: number, slot: EventSlot): void {
    if (this.tail === this.frontTimes.length) this.makeRoom();
    let i = this.tail;
    const { frontTimes, frontSlots, head } = this;
    if (i > head && frontTimes[i - 1] > time) {
      if (i - head > FRONT_AT_MOST) {
        this.spill();
        if (time < this.frontEnd) this.insert(time, slot);
        else this.append(time, slot);
        return;
      }
      do {
        frontTimes[i] = frontTimes[i - 1];
        frontSlots[i] = frontSlots[i - 1];
        i--;
      } while (i > head && frontTimes[i - 1] > time);
    }
    frontTimes[i] = time;
    frontSlots[i] = slot;
    this.tail++;
  }

  /** Moves the front to the beginning of its arrays, or into longer ones. */
  private makeRoom(): void {
    const { head, tail } = this;
    if (head * 2 >= tail) {
      this.frontTimes.copyWithin(0, head, tail);
      this.frontSlots.copyWithin(0, head, tail);
    } else {
      const times = new Float64Array(2 * tail);
      const slots = new Int32Array(2 * tail);
      times.set(this.frontTimes.subarray(head, tail));
      slots.set(this.frontSlots.subarray(head, tail));
      this.frontTimes = times;
      this.frontSlots = slots;
    }
    this.head = 0;
    this.tail = tail - head;
  }

  /** Sends the later half of the front to the buckets; the whole front where the first half is of one time. */
  private spill(): void {
    const { frontTimes, frontSlots, head, tail } = this;
    let cut = head + (FRONT_AT_MOST >> 1);
    const end = frontTimes[cut];
    while (cut > head && frontTimes[cut - 1] === end) cut--;
    // With no event in the buckets the base may go back, and must where events that are cancelled had moved it beyond the clock.
    if (this.levels === 0) this.rebase(this.now);
    this.frontEnd = end;
    this.tail = cut;
    for (let i = cut; i < tail; i++) this.append(frontTimes[i], frontSlots[i]);
  }

  private rebase(time: number): void {
    this.base = time;
    this.baseLow = time | 0;
    this.baseHigh = (time / TWO_32) | 0;
  }

  /** Puts an event at the end of its bucket. */
  private append(time: number, slot: EventSlot): void {
    const high = (time / TWO_32) | 0;
    const low = time | 0;
    const highDifference = high ^ this.baseHigh;
    let level: number;
    let digit: number;
    if (highDifference === 0) {
      level = (31 - Math.clz32((low ^ this.baseLow) | 1)) >> 3;
      digit = (low >>> (level << 3)) & (RADIX - 1);
    } else {
      const highLevel = (31 - Math.clz32(highDifference)) >> 3;
      digit = (high >>> (highLevel << 3)) & (RADIX - 1);
      level = highLevel + LOW_LEVELS;
    }
    const bucket = (level << DIGIT_BITS) | digit;
    const length = this.lengths[bucket];
    const place = length & (CHUNK - 1);
    let chunk: number;
    if (place === 0) {
      chunk = this.takeChunk();
      if (length === 0) {
        this.firsts[bucket] = chunk;
        this.buckets[bucket >> 5] |= 1 << (digit & 31);
        this.words[level] |= 1 << (digit >> 5);
        this.levels |= 1 << level;
      } else {
        this.chunkNext[this.lasts[bucket]] = chunk;
      }
      this.lasts[bucket] = chunk;
    } else {
      chunk = this.lasts[bucket];
    }
    const entry = (chunk << CHUNK_BITS) | place;
    this.chunkTimes[entry] = time;
    this.chunkSlots[entry] = slot;
    this.lengths[bucket] = length + 1;
  }

  private takeChunk(): number {
    const chunk = this.freeChunk;
    if (chunk >= 0) {
      this.freeChunk = this.chunkNext[chunk];
      return chunk;
    }
    if (this.chunksUsed === this.chunkNext.length) {
      const times = new Float64Array(2 * this.chunkTimes.length);
      const slots = new Int32Array(2 * this.chunkSlots.length);
      const next = new Int32Array(2 * this.chunkNext.length);
      times.set(this.chunkTimes);
      slots.set(this.chunkSlots);
      next.set(this.chunkNext);
      this.chunkTimes = times;
      this.chunkSlots = slots;
      this.chunkNext = next;
    }
    return this.chunksUsed++;
  }

  /** Fills the empty front with the earliest events of the buckets, unless they are all later than the limit. Returns whether there are any. */
  private refill(limit: number): boolean {
    this.head = 0;
    this.tail = 0;
    for (;;) {
      const { levels } = this;
      if (levels === 0) {
        this.frontEnd = Number.POSITIVE_INFINITY;
        return false;
      }
      const level = 31 - Math.clz32(levels & -levels);
      const word = this.words[level];
      const wordIndex = 31 - Math.clz32(word & -word);
      const bits = this.buckets[level * WORDS_PER_LEVEL + wordIndex];
      const digit = (wordIndex << 5) | (31 - Math.clz32(bits & -bits));
      const width = WIDTHS[level];
      const widthAbove = WIDTHS[level + 1];
      const start = Math.floor(this.base / widthAbove) * widthAbove + digit * width;
      if (start > limit) return false;

      const bucket = (level << DIGIT_BITS) | digit;
      const length = this.lengths[bucket];
      this.markEmpty(level, digit);
      this.rebase(start);
      let chunk = this.firsts[bucket];
      if (level === 0 || length <= SORT_AT_MOST) {
        this.frontEnd = start + width;
        this.load(chunk, length);
        return true;
      }
      for (let left = length; left > 0; left -= CHUNK) {
        const first = chunk << CHUNK_BITS;
        const end = first + Math.min(left, CHUNK);
        for (let i = first; i < end; i++) this.append(this.chunkTimes[i], this.chunkSlots[i]);
        chunk = this.freeAndNext(chunk);
      }
    }
  }

  /** Sorts the entries of a chain of chunks into the front, which is empty. */
  private load(chunk: number, length: number): void {
    while (this.frontTimes.length < length) {
      this.frontTimes = new Float64Array(2 * this.frontTimes.length);
      this.frontSlots = new Int32Array(2 * this.frontSlots.length);
    }
    const { frontTimes, frontSlots, chunkTimes, chunkSlots } = this;
    let tail = 0;
    for (let left = length; left > 0; left -= CHUNK) {
      const first = chunk << CHUNK_BITS;
      const end = first + Math.min(left, CHUNK);
      for (let entry = first; entry < end; entry++) {
        const time = chunkTimes[entry];
        let i = tail++;
        while (i > 0 && frontTimes[i - 1] > time) {
          frontTimes[i] = frontTimes[i - 1];
          frontSlots[i] = frontSlots[i - 1];
          i--;
        }
        frontTimes[i] = time;
        frontSlots[i] = chunkSlots[entry];
      }
      chunk = this.freeAndNext(chunk);
    }
    this.tail = tail;
  }

  /** Drops the cancelled events. */
  private sweep(): void {
    const { frontTimes, frontSlots } = this;
    let kept = this.head;
    for (let i = this.head; i < this.tail; i++) {
      const slot = frontSlots[i];
      if (this.isDropped(slot)) continue;
      frontTimes[kept] = frontTimes[i];
      frontSlots[kept++] = slot;
    }
    this.tail = kept;
    for (let level = 0; level < LEVELS; level++) {
      if ((this.levels & (1 << level)) === 0) continue;
      for (let digit = 0; digit < RADIX; digit++) this.sweepBucket(level, digit);
    }
  }

  /** Takes all entries out of the bucket and puts those that are pending back, in order. */
  private sweepBucket(level: number, digit: number): void {
    const bucket = (level << DIGIT_BITS) | digit;
    const length = this.lengths[bucket];
    if (length === 0) return;
    let chunk = this.firsts[bucket];
    this.markEmpty(level, digit);
    for (let left = length; left > 0; left -= CHUNK) {
      const first = chunk << CHUNK_BITS;
      const end = first + Math.min(left, CHUNK);
      for (let entry = first; entry < end; entry++) {
        const slot = this.chunkSlots[entry];
        if (!this.isDropped(slot)) this.append(this.chunkTimes[entry], slot);
      }
      chunk = this.freeAndNext(chunk);
    }
  }

  private isDropped(slot: EventSlot): boolean {
    if (!this.table.isCancelled(slot)) return false;
    this.table.release(slot);
    this.cancelled--;
    this.count--;
    return true;
  }

  private markEmpty(level: number, digit: number): void {
    this.lengths[(level << DIGIT_BITS) | digit] = 0;
    const word = level * WORDS_PER_LEVEL + (digit >> 5);
    this.buckets[word] &= ~(1 << (digit & 31));
    if (this.buckets[word] !== 0) return;
    this.words[level] &= ~(1 << (digit >> 5));
    if (this.words[level] === 0) this.levels &= ~(1 << level);
  }

  private freeAndNext(chunk: number): number {
    const next = this.chunkNext[chunk];
    this.chunkNext[chunk] = this.freeChunk;
    this.freeChunk = chunk;
    return next;
  }
}
