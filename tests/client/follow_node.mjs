// node --experimental-websocket follow_node.mjs CLIENT URL WISH OPTIONS: what was told, one JSON text a line.
import { follow } from "./follow.js";

const [client, url, wish, options] = process.argv.slice(2);
const tell = (text) => process.stdout.write(`${text}\n`);
await follow(await import(client), url, JSON.parse(wish), tell, JSON.parse(options));
