// Follows a feed with the JavaScript client, and hands over what it was told as JSON texts, for Node and browsers alike.
export async function follow({ Feed }, url, wish, tell, options = {}) {
  const feed = new Feed(url, { retry: [1, 10], ...options });
  for await (const each of feed.follow(wish).events()) {
    if ("topic" in each || each.type === "reset") await tell(JSON.stringify(each));
  }
}
