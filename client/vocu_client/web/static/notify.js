// Tells the desktop of what concerns this country: the kind and who, never contents. Each entry once, however many
// pages of the desk are open.
"use strict";

const asking = document.querySelector("[data-ask-notifications]");
if (asking) {
  asking.form.addEventListener("submit", async (event) => {
    if (!("Notification" in window) || Notification.permission !== "default") return;
    event.preventDefault();
    await Notification.requestPermission();
    asking.form.submit();
  });
}

let told = null;

document.body.addEventListener("status", (event) => {
  if (told === null) told = event.detail.size;
});

document.body.addEventListener("entries", async (event) => {
  if (!("notify" in document.body.dataset) || !("Notification" in window)) return;
  if (Notification.permission !== "granted" || told === null) return;
  const since = told;
  told = event.detail.size;
  const answer = await fetch("/now/concerning?since=" + since);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const item of page.querySelector("template").content.querySelectorAll("p")) {
    const notification = new Notification("vocu", { body: item.textContent, tag: "vocu-" + item.dataset.tag });
    notification.onclick = () => {
      focus();
      location.assign(item.dataset.address);
    };
  }
});
