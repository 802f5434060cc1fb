/**
 * The feed from a browser or Node: follow it, ask it, and be told what was lost, which is nothing.
 *
 *   import { Feed } from "http://127.0.0.1:8080/client/feed.js";
 *   for await (const message of new Feed("http://127.0.0.1:8080").follow({ filters: ["OG2024.ATH.>"], snapshot: true }))
 *     console.log(message.topic, message.body);
 *
 * docs/clients.md tells the rest; feed.d.ts has the types.
 */

import { ClientError, ExpiredError, GapError, LostError, RefusedError, UnreadableError } from "./errors.js";
import { Track } from "./track.js";
import { LISTS, asked, compresses, narrowed } from "./wish.js";

export { ClientError, ExpiredError, GapError, LostError, RefusedError, UnreadableError };

const RETRY_MS = [200, 5_000];
const UNREADABLE_MAX = 5; // times that the same place is resumed behind a frame that cannot be read
const RETRY_MS_MAX = 60_000; // that a service may ask for
const SILENCE_MS = 15_000; // three heartbeats
const TOO_MANY_MS = 1_000; // what Retry-After says with a 429; a close code has no room for it
const ATTEMPTS_MAX = 5;
const FRAMES_MAX = 10_000;
const EXPIRED = 4410;
const TOO_MANY = 4429;

/** One connection: `next` resolves to its next frame, and rejects with what its end means. */
class Connection {
  /** How many frames may wait for their reader. */
  limit = Infinity;
  onopen = () => {};
  #socket;
  #frames = [];
  #end = null;
  #wake = null;
  #error = null;
  #dictionary;
  #options;
  #fetched;

  /** `fetched` brings the bytes of the dictionary with an id. */
  constructor(address, options, fetched) {
    this.#options = options;
    this.#fetched = fetched;
    this.#socket = new options.WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.onopen();
    this.#socket.onmessage = ({ data }) => this.#arrived(data);
    this.#socket.onclose = ({ code, reason }) => this.#ended(() => closed(code, reason, this.#error));
    // A close event follows at once, but not in every Node when the handshake failed.
    this.#socket.onerror = () => setTimeout(() => this.#lose("no connection"));
  }

  async next() {
    while (this.#frames.length === 0) {
      if (this.#end !== null) throw this.#end();
      const silence = setTimeout(() => this.#lose("silence"), this.#options.silence);
      await new Promise((resolve) => (this.#wake = resolve));
      clearTimeout(silence);
    }
    const frame = parsed(await this.#text(this.#frames.shift()));
    if (frame === null) throw new UnreadableError("a frame cannot be read");
    if (frame.type === "error") this.#error = frame;
    if (frame.type === "hello") this.#dictionary = frame.dictionary;
    return frame;
  }

  /** Milliseconds that the service asked to be left alone for; not for ever, whatever it says. */
  get asked() {
    return Math.min(Number(this.#error?.retry_ms) || 0, RETRY_MS_MAX);
  }

  send(frame) {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.#lose("closed");
    this.#socket.close();
  }

  /** Who is slower than the feed is not buffered without end: what is dropped here comes again by the cursor. */
  #arrived(data) {
    if (this.#end !== null) return;
    if (this.#frames.push(data) >= this.limit) this.#lose("more comes than is taken");
    this.#wake?.();
  }

  #lose(reason) {
    this.#ended(() => new LostError(reason));
  }

  /** Frames that came before are still taken: the error that one of them tells is known when `why` is asked. */
  #ended(why) {
    if (this.#end !== null) return;
    this.#end = why;
    this.#socket.close();
    this.#wake?.();
  }

  /** Texts are JSON as it is; bytes are compressed JSON, for whoever brought a `decompress`. */
  async #text(data) {
    if (typeof data === "string") return data;
    try {
      const dictionary = await this.#fetched(this.#dictionary);
      return new TextDecoder().decode(await this.#options.decompress(new Uint8Array(data), dictionary));
    } catch (error) {
      const Failed = error instanceof ClientError ? LostError : UnreadableError; // a dictionary that did not come may come
      throw new Failed(`a compressed frame cannot be read: ${error.message}`, error.wait);
    }
  }
}

/** One wish, followed over any number of connections: iterate over it with `for await`, once. */
export class Subscription {
  #feed;
  #wish;
  #track;
  #connection = null;

  constructor(feed, wish) {
    this.#feed = feed;
    this.#wish = wish;
    this.#track = new Track(wish);
  }

  /** Where another subscription would go on behind what this one told; null before there is such a place. */
  get cursor() {
    return this.#track.cursor;
  }

  async *[Symbol.asyncIterator]() {
    for await (const each of this.events()) {
      if (each.type === "gap") throw new GapError(each);
      if ("topic" in each) yield each;
    }
  }

  /** Messages, control frames, and `gap`, `reset` and `interrupted`, told by `type`; a gap is no error here. */
  async *events() {
    const [first, highest] = this.#feed.options.retry;
    let wait = first;
    let [place, times] = [null, 0]; // where what follows could not be read, and how often
    for (;;) {
      try {
        const wish = this.#wish;
        const connection = (this.#connection = await this.#feed.connect(this.#track.query()));
        connection.onopen = () => this.#wish === wish || this.#refilter(); // changed while this connection was made
        for (;;) {
          for (const each of this.#track.take(await connection.next())) {
            if ("topic" in each || each.type === "heartbeat") wait = first;
            yield each;
          }
          // Of a state nothing is told yet, so nobody is slow; and it would begin anew.
          connection.limit = this.#track.isInState ? Infinity : FRAMES_MAX;
        }
      } catch (error) {
        if (error instanceof ExpiredError && this.#wish.expired === "snapshot")
          this.#track.beginAnew({ type: "reset", name: error.error, detail: error.detail });
        else if (!(error instanceof LostError)) throw error;
        if (error instanceof UnreadableError) {
          times = place === this.cursor ? times + 1 : 1;
          place = this.cursor;
          if (times >= UNREADABLE_MAX) throw error;
        }
        const pause = Math.max(error.wait ?? 0, this.#connection?.asked ?? 0) + wait * (0.5 + Math.random() / 2);
        wait = Math.min(wait * 2, highest);
        if (error instanceof LostError) yield { type: "interrupted", reason: error.message, wait: pause };
        await new Promise((resolve) => setTimeout(resolve, pause));
      } finally {
        this.#connection?.close();
        this.#connection = null;
      }
    }
  }

  /** Want something else from here on, all there is without members; `filtered` tells from where. No gap. */
  change(narrowing) {
    const rest = Object.entries(this.#wish).filter(([name]) => !(name in LISTS));
    this.#wish = { ...Object.fromEntries(rest), ...narrowing };
    this.#track.change(this.#wish);
    this.#refilter();
  }

  #refilter() {
    this.#connection?.send({ op: "filter", ...narrowed(this.#wish) });
  }
}

/** A service at `url`. */
export class Feed {
  #url;
  #dictionaries = new Map();

  constructor(url, options = {}) {
    this.#url = new URL(url);
    /** Options with what they are when they are not given. */
    this.options = {
      flag: "P",
      retry: RETRY_MS,
      silence: SILENCE_MS,
      fetch: (...request) => globalThis.fetch(...request),
      WebSocket: globalThis.WebSocket,
      ...options,
    };
  }

  /** Messages as they come, over any cut. */
  follow(wish = {}) {
    if (!this.options.WebSocket) throw new ClientError("there is no WebSocket here: pass one in the options");
    if (compresses(wish) && !this.options.decompress)
      throw new ClientError("compressed messages need a decompress in the options");
    return new Subscription(this, wish);
  }

  /** Up to `limit` messages behind a cursor; with none there, wait up to `wait` seconds for the next. */
  log({ after = "0", limit = 100, wait = 0, ...reading } = {}) {
    return this.#asked("v1/log", [["after", after], ["limit", limit], ["wait", wait], ...asked(reading)]);
  }

  /** The newest message of each topic, as it is or as it was at a sequence or an RFC 3339 time. */
  snapshot({ asOf, ...reading } = {}) {
    return this.#asked("v1/snapshot", [...asked(reading), ...(asOf === undefined ? [] : [["as_of", asOf]])]);
  }

  /** A view by its name below /v1, for example `view("medals", { view: "official" })`. */
  view(name, query = {}) {
    return this.#asked(`v1/${name}`, Object.entries(query));
  }

  /** A connection that asks for this; a subscription's business. */
  async connect(pairs) {
    const { key, ticket } = this.options;
    // Sockets of browsers carry no header: a ticket, good once, stands in the address.
    const asks = ticket ?? (key ? async () => (await this.#answer("v1/tickets", "POST")).ticket : null);
    const once = asks ? [["ticket", await asks()]] : [];
    const address = this.#at("v1/stream", [["flag", this.options.flag], ...pairs, ...once]);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    return new Connection(address.href, this.options, (id) => this.#dictionary(id));
  }

  /** The bytes of a dictionary; it never changes, so it is fetched once. */
  #dictionary(id) {
    if (!this.#dictionaries.has(id)) {
      const path = `v1/dictionaries/${id}`;
      const signal = AbortSignal.timeout(this.options.silence);
      const fetched = this.#fetch(path, "GET", [], async (answer) => new Uint8Array(await answer.arrayBuffer()), signal);
      this.#dictionaries.set(id, fetched);
      fetched.catch(() => this.#dictionaries.delete(id));
    }
    return this.#dictionaries.get(id);
  }

  /** One answer; what passes by itself is waited out, a few times. */
  async #asked(path, pairs) {
    let [wait, highest] = this.options.retry;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#answer(path, "GET", [["flag", this.options.flag], ...pairs]);
      } catch (error) {
        if (!(error instanceof LostError) || attempt === ATTEMPTS_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, error.wait + wait * (0.5 + Math.random() / 2)));
        wait = Math.min(wait * 2, highest);
      }
    }
  }

  async #answer(path, method, pairs = []) {
    return JSON.parse(await this.#fetch(path, method, pairs, (answer) => answer.text()));
  }

  /** What `read` makes of a good answer. */
  async #fetch(path, method, pairs, read, signal) {
    const headers = this.options.key ? { "X-API-KEY": this.options.key } : {};
    let answer, body;
    try {
      answer = await this.options.fetch(this.#at(path, pairs).href, { method, headers, signal });
      body = await (answer.ok ? read(answer) : answer.text());
    } catch (error) {
      throw new LostError(`no answer from ${this.#url.origin}: ${error.message}`);
    }
    if (!answer.ok) throw complaint(answer.status, body, answer.headers.get("Retry-After"));
    return body;
  }

  #at(path, pairs) {
    const address = new URL(path, this.#url.href.replace(/\/*$/, "/"));
    for (const [name, text] of pairs) address.searchParams.append(name, text);
    return address;
  }
}

/** What a close frame means; `told` is the error frame before it. */
function closed(code, reason, told) {
  const name = told?.name ?? parsed(reason)?.name ?? String(code);
  const lost = `the service closed the connection: ${name}`;
  if (code === TOO_MANY) return new LostError(lost, TOO_MANY_MS);
  if (code < 4400 || code >= 4500) return new LostError(lost);
  return new (code === EXPIRED ? ExpiredError : RefusedError)(name, told?.detail ?? `closed with ${code}`, told?.hint);
}

/** What an answer that is none means; of Retry-After only seconds are understood. */
function complaint(status, text, retryAfter) {
  const { name, detail, hint } = parsed(text)?.error ?? {};
  if (status < 400 || status >= 500 || [408, 425, 429].includes(status))
    return new LostError(`the service answered ${status}`, 1_000 * (Number(retryAfter) || 0));
  const kind = status === 410 ? ExpiredError : RefusedError;
  return new kind(name ?? String(status), detail ?? `the service answered ${status}`, hint);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
