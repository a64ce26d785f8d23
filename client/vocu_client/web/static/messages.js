// Choosing countries: the names that fit what is typed (and those chosen), and the choice "countries" once one is ticked.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const filter = document.querySelector("[data-filter]");
  if (filter) {
    const names = [...document.querySelectorAll(`#${filter.dataset.filter} li`)];
    filter.closest("[hidden]").hidden = false;
    filter.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = plain(filter.value);
      for (const name of names) {
        name.hidden = !name.querySelector("input").checked && !plain(name.textContent).includes(wanted);
      }
    });
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.name !== "to" || !event.target.checked) return;
    const countries = document.querySelector('input[name="audience"][value="countries"]');
    if (countries) countries.checked = true;
  }, true);
});

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
