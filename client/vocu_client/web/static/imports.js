// A file to import goes to the desk in pieces, and goes on where it broke off. Without this, the form sends it whole.
"use strict";

const TRIES = 5;

async function ask(address, values) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  const token = document.querySelector("meta[name=csrf]").content;
  const answer = await fetch(address, { method: "POST", body, headers: { "X-Vocu": token, "HX-Request": "true" } });
  if (answer.status >= 500) throw new TypeError("busy");
  return answer;
}

// Shows an error fragment of the desk, which escaped it.
async function tell(place, answer) {
  place.replaceChildren();
  place.insertAdjacentHTML("beforeend", await answer.text());
}

async function send(form, file, mapping, place) {
  const address = form.dataset.pieces;
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  bar.max = file.size;
  bar.setAttribute("aria-label", file.name);
  place.replaceChildren(line, bar);
  for (let tries = 0; tries < TRIES; ) {
    try {
      const begun = await ask(address, { name: file.name, size: file.size });
      if (!begun.ok) return void (await tell(place, begun));
      let { file: id, received, piece } = await begun.json();
      while (received < file.size) {
        bar.value = received;
        line.textContent = form.dataset.sending
          .replace("{name}", () => file.name)
          .replace("{part}", Math.floor(received / 1000))
          .replace("{whole}", Math.ceil(file.size / 1000));
        const kept = await ask(`${address}/${id}`, { offset: received, piece: file.slice(received, received + piece), mapping });
        if (!kept.ok) return void (await tell(place, kept));
        tries = 0;
        const told = await kept.json();
        if (told.go) return void location.assign(told.go);
        received = told.received;
      }
      return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      tries += 1;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
    }
  }
  line.textContent = form.dataset.failed.replace("{name}", () => file.name);
  bar.remove();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-pieces]");
  const input = form && form.querySelector("input[type=file]");
  if (!input || input.files.length !== 1 || input.files[0].size === 0) return;
  event.preventDefault();
  const chosen = form.querySelector("select[name=mapping]");
  const button = form.querySelector("button.main");
  button.disabled = true;
  await send(form, input.files[0], chosen ? chosen.value : "", document.getElementById("uploads"));
  button.disabled = false;
});

// What the columns mean is asked anew with each answer. Where somebody answered more meanwhile, the page that comes
// back knows less than he does: it is not shown, for his answer asks again.
function answers() {
  return new URLSearchParams(new FormData(document.getElementById("mapping"))).toString();
}

let asked = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "answers") asked = answers();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "answers" && answers() !== asked) event.detail.shouldSwap = false;
});
