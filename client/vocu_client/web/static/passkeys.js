// Passkeys: asks the desk for options, the browser for an answer, and sends it as the form's own field.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readOptions(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    options[list] = (options[list] || []).map((known) => ({ ...known, id: bytes(known.id) }));
  }
  return options;
}

function writeAnswer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

async function ask(form) {
  const token = document.querySelector("meta[name=csrf]").content;
  const told = await fetch(form.dataset.options, { method: "POST", headers: { "X-Vocu": token } });
  if (!told.ok) throw new Error(told.statusText);
  const publicKey = readOptions(await told.json());
  return publicKey.user ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
}

function enable(form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      form.elements.response.value = writeAnswer(await ask(form));
    } catch {
      failed.hidden = false;
      return;
    }
    form.submit();
  });
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-options]")) enable(form);
}
