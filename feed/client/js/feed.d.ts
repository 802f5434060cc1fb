/** Types of feed.js. Bodies are described by the JSON Schemas at `/schemas/`. */

export interface Message {
  seq: number;
  /** The seq of the message before on this topic, 0 for the first. */
  prev: number;
  topic: string;
  /** The kind: result, medal_table, ... */
  type: string;
  op: "put" | "withdrawn" | "removed";
  competition: string;
  code: string;
  unit: string | null;
  version: number | null;
  status: string | null;
  source: string;
  lane: "live" | "bulk";
  remarks: string[];
  /** Microseconds UTC. */
  ts: { event: number; recv: number; published: number };
  document: Record<string, unknown> | null;
  caused_by: number | null;
  supersedes: number | null;
  body: Record<string, any> | null;
  body_ref?: { sha256: string; bytes: number; media: string };
  labels?: Record<string, Record<string, string>>;
}

export interface Hello {
  type: "hello";
  epoch: string;
  flag: string;
  tip: number;
  floor: number;
  cursor: string | null;
  speed?: number;
  /** The id of what messages are compressed with. */
  dictionary?: number;
  delay?: number;
}
export interface SnapshotEnd { type: "snapshot_end"; seq: number; cursor: string }
export interface ReplayEnd { type: "replay_end"; seq: number; cursor: string }
export interface Heartbeat { type: "heartbeat"; seq: number; tip: number; ts: number; cursor: string }
export interface Filtered { type: "filtered"; seq: number; cursor: string }
export interface Skipped { type: "skipped"; seq: number; count: number; cursor: string }
export interface Pong { type: "pong"; ts: number }
export interface ErrorFrame { type: "error"; name: string; detail: string; hint: string; retry_ms?: number }
export type Control = Hello | SnapshotEnd | ReplayEnd | Heartbeat | Filtered | Skipped | Pong | ErrorFrame;

/** Message `seq` says that `prev` came before it on its topic, and that never came; `last` did, if any. */
export interface Gap { type: "gap"; topic: string; seq: number; prev: number; last: number | null }
/** The place to resume from is gone: forget all that was told, the whole state follows. */
export interface Reset { type: "reset"; name: string; detail: string }
/** There is no connection now; the next attempt follows in `wait` milliseconds. */
export interface Interrupted { type: "interrupted"; reason: string; wait: number }
export type Event = Message | Control | Gap | Reset | Interrupted;

/** Which messages: `filters` are NATS patterns on topics joined by OR, each of the others narrows further. */
export interface Narrowing {
  filters?: readonly string[];
  types?: readonly string[];
  nocs?: readonly string[];
  athletes?: readonly string[];
  venues?: readonly string[];
  statuses?: readonly string[];
}

export interface Reading extends Narrowing {
  /** With labels in this language, in ODF's three letters. */
  lang?: string;
  /** As it was so many seconds ago. */
  delay?: number;
}

export interface Wish extends Reading {
  /** Behind this cursor, "0" for the oldest message; not together with `snapshot`. */
  after?: string;
  /** The current state first. Without `after` and `snapshot`: what is new. */
  snapshot?: boolean;
  /** What is behind `after` as it was published then, so many times as fast. */
  speed?: number;
  /** Let messages travel as their differences; what is told does not change. */
  delta?: boolean;
  /** Let messages travel compressed; needs `decompress`. What is told does not change. */
  compression?: "none" | "zstd";
  /** Of what was missed only the newest of each topic. */
  conflate?: boolean;
  /** Whether `prev` is held against what came; false for keys with `--venue`. */
  proof?: boolean;
  /** What to do when the place to resume from is gone; "raise" unless told. */
  expired?: "raise" | "snapshot";
}

export interface Options {
  /** Sent as X-API-KEY; sockets get a ticket for it. A page should have a `ticket` instead. */
  key?: string;
  /** Where a page gets a ticket from: asked before every connection. */
  ticket?: () => string | Promise<string>;
  flag?: "P" | "T";
  /** The first and the longest wait before another attempt, in milliseconds. */
  retry?: [number, number];
  /** Milliseconds without a frame until a connection is taken for lost. */
  silence?: number;
  /** For Node before 22, which has none. */
  WebSocket?: new (address: string) => WebSocket;
  fetch?: typeof fetch;
  /**
   * Turns a zstd frame, made with a dictionary, into the JSON that is in it; for `compression`. It should refuse frames
   * of more than 8 MB: no message is so long.
   */
  decompress?: (bytes: Uint8Array, dictionary: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** What `Feed.follow` returns: every message once, in order, over any cut. */
export class Subscription implements AsyncIterable<Message> {
  /** Where another subscription would go on behind what this one told. */
  readonly cursor: string | null;
  [Symbol.asyncIterator](): AsyncGenerator<Message>;
  /** Messages, control frames, gaps, resets and interruptions, told by `type`. */
  events(): AsyncGenerator<Event>;
  /** Want something else from here on, all there is without members; `filtered` tells from where. */
  change(narrowing: Narrowing): void;
}

export interface Page { messages: Message[]; next: string; tip: number }
export interface Snapshot { epoch: string; seq: number; messages: Message[] }

export class Feed {
  constructor(url: string | URL, options?: Options);
  follow(wish?: Wish): Subscription;
  log(reading?: Reading & { after?: string; limit?: number; wait?: number }): Promise<Page>;
  snapshot(reading?: Reading & { asOf?: string | number }): Promise<Snapshot>;
  view(name: string, query?: Record<string, string | number>): Promise<any>;
}

export class ClientError extends Error {}
export class LostError extends ClientError { wait: number }
export class UnreadableError extends LostError {}
export class RefusedError extends ClientError { error: string; detail: string; hint: string }
export class ExpiredError extends RefusedError {}
export class GapError extends ClientError { gap: Gap }
