/** JSON Patch (RFC 6902), as far as the service writes it: add, remove, replace, move. */

import { ClientError } from "./errors.js";

/** The value after the operations of a JSON Patch (RFC 6902: add, remove, replace, move); the one given is not changed. */
export function patched(value, operations) {
  const root = [structuredClone(value)];
  for (const { op, path, from, value: given } of operations) {
    if (op === "add") add(root, path, given);
    else if (op === "remove") take(root, path);
    else if (op === "replace") {
      const [holder, key] = place(root, path);
      holder[key] = given;
    } else if (op === "move") {
      if (path.startsWith(`${from}/`)) throw new ClientError("it would be moved into itself");
      add(root, path, take(root, from));
    } else throw new ClientError(`no such operation: ${op}`);
  }
  return root[0];
}

function add(root, path, given) {
  const [holder, key] = path === "" ? [root, 0] : place(root, path, 1);
  if (Array.isArray(holder) && path !== "") holder.splice(key, 0, given);
  else holder[key] = given;
}

function take(root, path) {
  const [holder, key] = place(root, path);
  const found = holder[key];
  if (Array.isArray(holder)) holder.splice(key, 1);
  else delete holder[key];
  return found;
}

/** What holds the place at a path, and its key there; `beyond` 1 lets it be a place that is not there yet. */
function place(root, path, beyond = 0) {
  if (path !== "" && path[0] !== "/") throw new ClientError(`${path} is no place`);
  let holder = root;
  let key = 0;
  const tokens = path.split("/").slice(1);
  tokens.forEach((token, number) => {
    holder = holder[key];
    const more = number === tokens.length - 1 ? beyond : 0;
    key = keyIn(holder, token.replaceAll("~1", "/").replaceAll("~0", "~"), more);
  });
  return [holder, key];
}

function keyIn(holder, token, beyond) {
  if (Array.isArray(holder)) {
    if (beyond && token === "-") return holder.length;
    if (/^(0|[1-9][0-9]*)$/.test(token) && Number(token) < holder.length + beyond) return Number(token);
  } else if (holder !== null && typeof holder === "object") {
    if (token !== "__proto__" && (beyond || Object.hasOwn(holder, token))) return token;
  }
  throw new ClientError(`nothing is at ${token}`);
}
