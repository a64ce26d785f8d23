// The feed: new entries come in by themselves only where the reader is at the top and holds nothing; else he asks.
"use strict";

function undisturbed() {
  const feed = document.getElementById("feed");
  return scrollY < 40 && !feed.contains(document.activeElement) && getSelection().isCollapsed;
}

// Settled, not only swapped: before that htmx has not yet made the button one that asks.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "new" && undisturbed()) {
    const button = event.detail.target.querySelector("button");
    if (button) button.click();
  }
  if (event.detail.target.id === "feed") document.getElementById("new").replaceChildren();
});
