// What every page does: ask like htmx should, listen to the live stream, tell times in the reader's own zone.
"use strict";

// htmx writes HTML that came from this desk and was escaped there; nothing else may (the policy allows no script).
if (window.trustedTypes && trustedTypes.createPolicy) {
  trustedTypes.createPolicy("default", { createHTML: (html) => html });
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Vocu"] = document.querySelector("meta[name=csrf]").content;
});

// Errors come as a fragment of their own: show it where the answer would have gone.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

function listen() {
  const address = document.body.dataset.live;
  if (!address) return;
  const stream = new EventSource(address);
  const size = document.body.dataset;
  for (const name of ["hello", "entries", "status"]) {
    stream.addEventListener(name, (event) => {
      const told = JSON.parse(event.data);
      if (name === "hello") {
        // After a break of the stream the page may have missed something: let it look once.
        if (size.seen && Number(size.seen) !== told.size) announce("entries", { size: told.size, kinds: {} });
        announce("status", told);
      } else {
        announce(name, told);
      }
      if (told.size !== undefined) size.seen = String(told.size);
    });
  }
  stream.addEventListener("error", () => setTimeout(() => lookWhetherGone(stream), 2000));
  addEventListener("pagehide", () => stream.close());
}

// The line on top is the desk's word. Where there is no desk any more, its last word must not stand there for ever.
async function lookWhetherGone(stream) {
  if (stream.readyState === EventSource.OPEN) return;
  try {
    await fetch("/line", { redirect: "manual" });
    if (stream.readyState === EventSource.CLOSED) announce("status", {}); // it answers, but no longer to this session
  } catch {
    const line = document.getElementById("line"), gone = document.getElementById("gone");
    if (line && gone && !line.querySelector(".gone")) line.replaceChildren(gone.content.cloneNode(true));
  }
}

function announce(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

function tellTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(time.dateTime);
    if (!isNaN(at)) time.title = at.toLocaleString(document.documentElement.lang, { timeZoneName: "short" });
  }
}

// On a phone the menu is closed until it is wanted.
function foldMenu() {
  const menu = document.querySelector("details.menu");
  if (menu && matchMedia("(max-width: 60rem)").matches) menu.open = false;
}

document.addEventListener("DOMContentLoaded", () => {
  foldMenu();
  listen();
  tellTimes(document);
  const errors = document.querySelector(".errors[tabindex]");
  if (errors) errors.focus();
});
document.addEventListener("htmx:afterSettle", (event) => tellTimes(event.detail.elt));
