// Adds and removes persons without a round trip; without this file the buttons do the same by sending the form.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("own");
  const persons = document.getElementById("persons");
  const template = document.getElementById("person");
  if (!form || !template) return;
  let next = persons.children.length;

  document.getElementById("add").addEventListener("click", (event) => {
    event.preventDefault();
    const added = template.content.cloneNode(true);
    for (const element of added.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        attribute.value = attribute.value.replace("NUMBER", String(next));
      }
    }
    const legend = added.querySelector("legend");
    legend.textContent = legend.textContent.replace("NUMBER", String(persons.children.length + 1));
    next += 1;
    persons.append(added);
    persons.lastElementChild.querySelector("input").focus();
  });

  persons.addEventListener("click", (event) => {
    const button = event.target.closest("button.remove");
    if (!button) return;
    event.preventDefault();
    button.closest("fieldset").remove();
    document.getElementById("add").focus();
    form.dispatchEvent(new Event("input"));
  });
});
