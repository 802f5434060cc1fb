// node --experimental-websocket manners.mjs CLIENT URL COMPETITION OTHER: what the client does, as one JSON text.
import { once } from "node:events";
import { createServer } from "node:http";
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

/** A socket that speaks in frames that are compressed in another way, with a dictionary that there is, or is not. */
class Compressed {
  static asked = [];
  readyState = 1;
  constructor(address) {
    Compressed.asked.push(new URL(address).searchParams.get("compression"));
    const dictionary = Compressed.asked.length === 1 ? 7 : Compressed.dictionary;
    const hello = { type: "hello", epoch: "e", flag: "P", tip: 1, floor: 0, cursor: "e:1", dictionary };
    const result = { type: "result", seq: 2, prev: 0, topic: "t" };
    setTimeout(() => this.onmessage({ data: JSON.stringify(hello) }));
    setTimeout(() => this.onmessage({ data: deflateSync(JSON.stringify(result)).buffer }));
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

/** A socket of a service that is being stopped. */
class Leaving {
  readyState = 1;
  constructor(address) {
    const retry_ms = Number(new URL(address).searchParams.get("filter").split(".")[1]);
    setTimeout(() => this.onmessage({ data: JSON.stringify({ type: "error", name: "restarting", retry_ms }) }));
    setTimeout(() => this.onclose({ code: 1012, reason: "{}" }), 1);
  }
  close() {}
}

async function left(milliseconds) {
  const found = await some(new Feed(url, { WebSocket: Leaving, retry: [1, 1] }).follow({ filters: [`x.${milliseconds}`] }), 2);
  return Math.round(found[1].wait / 100) * 100;
}

async function compressed() {
  const { dictionaries } = await feed.view("dictionaries");
  Compressed.dictionary = dictionaries.at(-1).id;
  const brought = [];
  const decompress = (bytes, dictionary) => brought.push(dictionary.length) && inflateSync(bytes);
  const other = new Feed(url, { WebSocket: Compressed, decompress, retry: [1, 1] });
  const found = await some(other.follow({ compression: "zstd" }), 4);
  return [found.map(({ type }) => type), found[1].reason, [...Compressed.asked], brought[0] === dictionaries.at(-1).bytes];
}

/** The dictionary is at a service that takes the request and says nothing. */
async function deaf() {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const options = { WebSocket: Compressed, decompress: inflateSync, silence: 100, retry: [1, 1] };
  const silent = new Feed(`http://127.0.0.1:${server.address().port}`, options);
  const found = await some(silent.follow({ compression: "zstd" }), 3);
  server.closeAllConnections();
  return found.map(({ type, reason }) => reason ?? type);
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
    compressed: await compressed(),
    deaf: await deaf(),
    noDecompress: await refused(() => feed.follow({ compression: "zstd" })),
    flooded: await flooded(),
    left: [await left(1500), await left(10 ** 9)],
    noSocket: await refused(() => new Feed(url, { WebSocket: null }).follow()),
  }),
);
process.exit();
