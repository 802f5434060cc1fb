// node --experimental-websocket manners.mjs CLIENT URL COMPETITION OTHER: what the client does, as one JSON text.
import { deflateSync, inflateSync } from "node:zlib";

const [client, url, one, other] = process.argv.slice(2);
const { Feed } = await import(client);
const feed = new Feed(url, { retry: [1, 10] });
const filters = [`${one}.>`];

async function some(subscription, count) {
  const found = [];
  for await (const each of subscription.events()) {
    if (each.type !== "heartbeat" && found.push(each) === count) return found;
  }
}

async function refused(work) {
  try {
    await work();
  } catch (error) {
    return [error.name, error.error ?? error.message, Boolean(error.hint)];
  }
}

/** A socket that speaks in compressed frames. */
class Compressed {
  readyState = 1;
  constructor() {
    const frames = [
      { type: "hello", epoch: "e", flag: "P", tip: 1, floor: 0, cursor: "e:1" },
      { type: "result", seq: 2, prev: 0, topic: "t" },
    ];
    setTimeout(() => frames.forEach((frame) => this.onmessage({ data: deflateSync(JSON.stringify(frame)).buffer })));
  }
  close() {}
}

/** A socket on which more comes than anybody takes at once. */
class Flood {
  static asked = [];
  readyState = 1;
  constructor(address) {
    Flood.asked.push(new URL(address).searchParams.get("after"));
    const tell = (frame) => this.onmessage({ data: JSON.stringify(frame) });
    setTimeout(() => tell({ type: "hello", epoch: "e", flag: "P", tip: 1, floor: 0, cursor: "e:0" }));
    setTimeout(() => {
      for (let seq = 1; seq <= 20_000; seq += 1) tell({ type: "action", seq, prev: 0, topic: `t${seq}` });
    }, 5);
  }
  close() {}
}

async function flooded() {
  const found = await some(new Feed(url, { WebSocket: Flood, retry: [1, 1] }).follow(), 10_003);
  return [found.at(-2).reason, found.at(-1).type, Flood.asked];
}

async function changed() {
  const subscription = feed.follow({ filters });
  for await (const each of subscription.events()) {
    if (each.type === "hello") subscription.change({ filters: [`${other}.>`] });
    if (each.type === "filtered") return [subscription.cursor === each.cursor, (await feed.log({ filters })).messages];
  }
}

process.stdout.write(
  JSON.stringify({
    log: (await feed.log({ filters, limit: 1 })).messages,
    snapshot: (await feed.snapshot({ filters, asOf: (await feed.log({ filters, limit: 1 })).messages[0].seq })).messages,
    view: (await feed.view("medals", { competition: one, view: "official" })).view,
    refused: await refused(() => feed.view("medals", { colour: "gold" })),
    badFilter: await refused(() => some(feed.follow({ filters: ["x"] }), 2)),
    expired: await refused(() => some(feed.follow({ filters, after: "deadbeef:1" }), 2)),
    reset: await some(feed.follow({ filters, after: "deadbeef:1", expired: "snapshot" }), 5),
    changed: await changed(),
    bytes: await some(new Feed(url, { WebSocket: Compressed, decompress: inflateSync }).follow(), 2),
    flooded: await flooded(),
    noSocket: await refused(() => new Feed(url, { WebSocket: null }).follow()),
  }),
);
process.exit();
