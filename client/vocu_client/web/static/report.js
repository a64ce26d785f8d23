// The form of a report: rows that come and go, and files that arrive in pieces and go on where they broke off.
"use strict";

// A row that htmx added: go on in its first field.
document.addEventListener("htmx:afterSwap", (event) => {
  const rows = event.detail.target;
  if (!rows || !rows.id || !rows.id.startsWith("rows-")) return;
  const first = rows.lastElementChild && rows.lastElementChild.querySelector("input, select, textarea");
  if (first) first.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-row]");
  const rows = row.parentElement.parentElement;
  const form = row.closest("form");
  row.remove();
  const add = rows.querySelector("[data-add]");
  if (add) add.focus();
  form.dispatchEvent(new Event("change", { bubbles: true }));
});

// A link in the error summary, and anything that is asked for, may stand in a folded part.
function unfold(id) {
  const field = id && document.getElementById(id);
  for (let part = field; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  if (field) field.focus();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errors a[href^='#']");
  if (link) {
    event.preventDefault();
    unfold(link.hash.slice(1));
  }
});

const TRIES = 5;

async function ask(address, body) {
  const token = document.querySelector("meta[name=csrf]").content;
  const answer = await fetch(address, { method: "POST", body, headers: { "X-Vocu": token, "HX-Request": "true" } });
  if (answer.status >= 500) throw new TypeError("busy");
  return answer;
}

function fields(values) {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.append(name, value);
  return data;
}

// Shows an error fragment of the desk, which escaped it.
async function tell(place, answer) {
  place.replaceChildren();
  place.insertAdjacentHTML("beforeend", await answer.text());
}

async function sendFile(input, file, place) {
  const address = input.dataset.upload;
  const bar = document.createElement("progress");
  const line = document.createElement("p");
  bar.max = file.size;
  bar.setAttribute("aria-label", file.name);
  place.append(line, bar);
  for (let tries = 0; tries < TRIES; ) {
    try {
      const begun = await ask(address, fields({ name: file.name, size: file.size }));
      if (!begun.ok) return void (await tell(place, begun));
      let { file: id, received, piece } = await begun.json();
      while (received < file.size) {
        bar.value = received;
        line.textContent = input.dataset.sending
          .replace("{name}", () => file.name)
          .replace("{part}", Math.floor(received / 1000))
          .replace("{whole}", Math.ceil(file.size / 1000));
        const part = file.slice(received, received + piece);
        const kept = await ask(`${address}/${id}`, fields({ offset: received, piece: part }));
        if (!kept.ok) return void (await tell(place, kept));
        tries = 0;
        if ((kept.headers.get("content-type") || "").startsWith("text/html")) {
          const list = document.getElementById("files");
          list.innerHTML = await kept.text();
          htmx.process(list);
          place.remove();
          return;
        }
        received = (await kept.json()).received;
      }
      return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      tries += 1;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
    }
  }
  line.textContent = input.dataset.failed.replace("{name}", () => file.name);
  bar.remove();
}

document.addEventListener("change", async (event) => {
  const input = event.target.closest("[data-upload]");
  if (!input) return;
  event.stopPropagation();
  const chosen = [...input.files];
  input.value = "";
  for (const file of chosen) {
    const place = document.createElement("div");
    document.getElementById("uploads").append(place);
    await sendFile(input, file, place);
  }
});
