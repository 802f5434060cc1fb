"use strict";
const box = document.getElementById("search");
const parts = [...document.querySelectorAll("[data-part]")];
const none = document.getElementById("none");
const seek = () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const part of parts) {
    const text = part.textContent.toLowerCase();
    part.hidden = !words.every((word) => text.includes(word));
    found += !part.hidden;
  }
  for (const group of document.querySelectorAll("[data-group]"))
    group.hidden = !group.querySelector("[data-part]:not([hidden])");
  none.hidden = found > 0;
};
box.addEventListener("input", seek);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
});
const unfold = () => {
  const part = document.getElementById(location.hash.slice(1));
  if (part?.tagName === "DETAILS") part.open = true;
};
addEventListener("hashchange", unfold);
const [base, socket] = [location.origin, location.origin.replace("http", "ws")];
if (base.startsWith("http"))
  for (const line of document.querySelectorAll(".call code"))
    line.textContent = line.textContent
      .replace("http://localhost:8080", base)
      .replace("ws://localhost:8080", socket);
unfold();
seek();
