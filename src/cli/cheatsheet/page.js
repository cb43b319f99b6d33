"use strict";
// Looks for sequences while one types, and copies the one that is clicked. `#q=…` is a search.
const search = document.getElementById("search");
const said = document.getElementById("said");
const entries = [...document.querySelectorAll("button[data-find]")];
const sections = [...document.querySelectorAll("section")];
const lower = entries.map((entry) => entry.dataset.find.toLowerCase());

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  // A single character that no name has means itself, in its own case: `Λ` is not `λ`.
  const sign = search.value.length > 0 && [...search.value].length === 1 && search.value > "\x7f";
  entries.forEach((entry, i) => {
    const hit = sign
      ? entry.dataset.text.includes(search.value)
      : words.every((word) => lower[i].includes(word));
    entry.parentElement.hidden = !hit;
    count += hit;
  });
  for (const section of sections) {
    section.hidden = !section.querySelector("li:not([hidden])");
  }
  const what = search.value.trim();
  said.textContent = what === "" ? "" : count === 0 ? `nothing for “${what}”` : `${count} of ${entries.length}`;
}

function fromHash() {
  const hash = new URLSearchParams(location.hash.slice(1));
  search.value = hash.get("q") ?? "";
  find();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from a file may not have that.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("not copied");
  }
}

document.querySelector("main").addEventListener("click", async (event) => {
  const entry = event.target.closest("button[data-text]");
  if (!entry) return;
  try {
    await copy(entry.dataset.text);
    said.textContent = `${entry.querySelector("b").textContent} is copied`;
  } catch {
    said.textContent = "the browser does not let this page copy";
  }
});
search.addEventListener("input", find);
addEventListener("hashchange", fromHash);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.select();
  } else if (event.key === "Escape") {
    search.value = "";
    find();
  }
});
fromHash();
