/** The course of a subscription over all its connections. */

import { LostError } from "./errors.js";
import { patched } from "./patch.js";
import { proves, streamed } from "./wish.js";

const TOPICS_MAX = 200_000;
/** Kinds of which every message counts: they are never conflated. */
export const EVENT_KINDS = new Set(["action", "communication", "ledger", "record_event", "schedule_change"]);

/**
 * What one subscription has received: its place, what `prev` proves, and what differences are applied to. Without a
 * socket: frames go in, what is told comes out. A snapshot is told as a whole when its end has come, so that nothing of
 * one that was cut off is ever told twice or left behind.
 */
export class Track {
  #wish;
  #snapshotDue;
  #reset = null;
  #epoch = "";
  #changes = 0;
  #seq = -1; // everything up to here has come
  #since = -1; // behind here all that is wanted came, or is missing
  #state = null; // a snapshot that is not complete
  #last = new Map(); // by topic, the one that was touched longest ago first
  #bases = new Map();

  constructor(wish) {
    this.#wish = wish;
    this.#snapshotDue = Boolean(wish.snapshot);
    /** Where it resumes, null for nowhere yet. */
    this.cursor = wish.after ?? null;
  }

  /** Whether a snapshot is on its way. */
  get isInState() {
    return this.#state !== null;
  }

  /** The parameters of the next connection. */
  query() {
    const pairs = streamed(this.#wish);
    if (this.cursor !== null) pairs.push(["after", this.cursor]);
    else if (this.#snapshotDue) pairs.push(["snapshot", "1"]);
    return pairs;
  }

  /** Another wish is on its way to the service, which will say `filtered`. */
  change(wish) {
    this.#wish = wish;
    this.#changes += 1;
  }

  /** The place is gone: the next connection begins with the state. */
  beginAnew(reset) {
    this.cursor = null;
    this.#snapshotDue = true;
    this.#reset = reset;
  }

  /** What a frame tells: nothing if it was told before. Throws LostError where only resuming helps. */
  *take(frame) {
    if ("topic" in frame) {
      yield* this.#takeMessage(frame);
      return;
    }
    if (frame.type === "snapshot_end" && this.#state !== null) {
      if (this.#reset !== null) yield this.#reset;
      this.#reset = null;
      yield* this.#state;
    }
    this.#obey(frame);
    yield frame;
  }

  *#takeMessage(frame) {
    if (frame.seq <= this.#seq) return;
    const { topic, seq, prev } = frame;
    const last = this.#last.get(topic) ?? null;
    if (this.#state === null && this.#isMissing(frame, last)) {
      this.#last.set(topic, prev); // told once, also if the message has to come again
      this.#bases.delete(topic);
      yield { type: "gap", topic, seq, prev, last };
    }
    const message = "patch" in frame ? this.#whole(frame) : frame;
    this.#remember(message);
    this.#seq = seq;
    if (this.#state !== null) {
      this.#state.push(message);
      return;
    }
    this.cursor = `${this.#epoch}:${seq}`;
    yield message;
  }

  /** Whether the one before on this topic should have come, and did not; what came before the beginning proves nothing. */
  #isMissing({ prev, type }, last) {
    if (!proves(this.#wish)) return false;
    if (this.#wish.conflate && !EVENT_KINDS.has(type)) return false;
    return prev !== last && (last !== null || prev > this.#since);
  }

  #whole({ topic, seq, base, patch }) {
    const held = this.#bases.get(topic);
    if (held === undefined || this.#last.get(topic) !== base)
      throw new LostError(`${topic}: ${seq} is told by its difference from ${base}, which is not here`);
    try {
      return patched(JSON.parse(held), patch);
    } catch (error) {
      throw new LostError(`${topic}: ${seq}: ${error.message}`);
    }
  }

  /** Keep what the next message of this topic is held against; of the topics that are quiet longest, nothing. */
  #remember(message) {
    this.#last.delete(message.topic);
    this.#last.set(message.topic, message.seq);
    if (this.#wish.delta) this.#bases.set(message.topic, JSON.stringify(message)); // a reader may change its own
    if (this.#last.size <= TOPICS_MAX) return;
    const [topic, seq] = this.#last.entries().next().value;
    this.#since = Math.max(this.#since, seq);
    this.#last.delete(topic);
    this.#bases.delete(topic);
  }

  #obey(frame) {
    if (frame.type === "hello") this.#greet(frame);
    else if (frame.type === "snapshot_end" && this.#state !== null) {
      this.#state = null;
      this.#since = frame.seq;
      this.#move(frame.seq);
    } else if (frame.type === "filtered") {
      this.#changes = Math.max(this.#changes - 1, 0);
      this.#forget(frame.seq);
      this.#move(frame.seq);
    } else if (frame.type === "heartbeat" || frame.type === "skipped") this.#move(frame.seq);
  }

  #greet(hello) {
    this.#epoch = hello.epoch;
    if (hello.cursor === null) {
      this.#state = [];
      this.#forget(-1);
      this.#seq = -1;
      this.#changes = 0;
      return;
    }
    const seq = Number(hello.cursor.split(":").at(-1));
    if (this.#changes || this.#since < 0) this.#forget(seq);
    this.#changes = 0;
    this.#move(seq);
  }

  /** Everything up to here has come; inside a snapshot no sequence is a place in the log yet. */
  #move(seq) {
    if (this.#state !== null || seq < this.#seq) return;
    this.#seq = seq;
    this.cursor = `${this.#epoch}:${seq}`;
  }

  #forget(since) {
    this.#since = since;
    this.#last.clear();
    this.#bases.clear();
  }
}
