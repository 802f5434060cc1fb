/** What a subscription asks for, and how that stands in an address. */

export const LISTS = {
  filters: "filter",
  types: "type",
  nocs: "noc",
  athletes: "athlete",
  venues: "venue",
  statuses: "status",
};
const BY_MESSAGE = ["nocs", "athletes", "venues", "statuses"];

/** What is wanted, under the names that the service has for it. */
export function narrowed(wish) {
  const named = Object.entries(LISTS).map(([name, short]) => [short, [...(wish[name] ?? [])]]);
  return Object.fromEntries(named.filter(([, texts]) => texts.length));
}

/** The parameters that every request for messages has. */
export function asked(wish) {
  const pairs = Object.entries(narrowed(wish)).flatMap(([name, texts]) => texts.map((text) => [name, text]));
  return pairs.concat(given(wish, ["lang", "delay"]));
}

/** The parameters of a stream but its place. */
export function streamed(wish) {
  const switches = ["delta", "conflate"].filter((name) => wish[name]).map((name) => [name, "1"]);
  return [...asked(wish), ...given(wish, ["speed", "compression"]), ...switches];
}

function given(wish, names) {
  return names.filter((name) => wish[name] !== undefined).map((name) => [name, String(wish[name])]);
}

/** Whether messages come compressed. */
export function compresses(wish) {
  return wish.compression !== undefined && wish.compression !== "none";
}

/** Whether each message names the one before it that came: not where some of a topic are wanted and some are not. */
export function proves(wish) {
  return wish.proof !== false && !BY_MESSAGE.some((name) => wish[name]?.length);
}
