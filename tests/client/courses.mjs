// node courses.mjs CLIENT-FOLDER: what the JavaScript client makes of each of courses.json, as one JSON text.
import { readFileSync } from "node:fs";

const { Track, EVENT_KINDS } = await import(`${process.argv[2]}/track.js`);
const { LostError } = await import(`${process.argv[2]}/errors.js`);

function course({ wish, frames }) {
  const track = new Track(wish);
  const told = [];
  try {
    for (const frame of frames) for (const each of track.take(frame)) told.push(each);
  } catch (error) {
    if (!(error instanceof LostError)) throw error;
    told.push({ type: "lost" });
  }
  return { told, cursor: track.cursor, query: track.query() };
}

const courses = JSON.parse(readFileSync(new URL("./courses.json", import.meta.url)));
process.stdout.write(JSON.stringify({ courses: courses.map(course), kinds: [...EVENT_KINDS] }));
