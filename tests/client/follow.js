// Follows a feed with the JavaScript client, and hands over what it was told as JSON texts, for Node and browsers alike.
export async function follow({ Feed }, url, wish, tell, options = {}) {
  const decompress = unpacker(url);
  const feed = new Feed(url, { retry: [1, 10], decompress, ...options });
  for await (const each of feed.follow(wish).events()) {
    if ("topic" in each || each.type === "reset") await tell(JSON.stringify(each));
  }
}

// There is no zstd here: the proxy unpacks, with the dictionary that the client brought.
function unpacker(url) {
  let told = null;
  const post = (path, body) => fetch(`${url}/test/${path}`, { method: "POST", body });
  return async (bytes, dictionary) => {
    if (told !== dictionary) await post("dictionary", dictionary);
    told = dictionary;
    return new Uint8Array(await (await post("frame", bytes)).arrayBuffer());
  };
}
