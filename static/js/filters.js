/* Filters: a changed choice is applied at once; typing waits for Enter or the button. */
portal.on("change", "form[data-filters] select, form[data-filters] input[type=checkbox], form[data-filters] input[type=date], form[data-filters] input[type=month]", function (event, control) {
  "use strict";
  /* A year being typed into a date field is not a date yet. */
  if (control.type === "date" && control.value && control.value < "1900") { return; }
  control.form.requestSubmit();
});

/* A filter's address carries what was chosen, not what was left empty. */
document.addEventListener("submit", function (event) {
  "use strict";
  const form = event.target;
  if (!form.matches("form[data-filters][method=get]") || form.hasAttribute("hx-get")) { return; }
  const empty = Array.from(form.elements).filter(function (control) { return control.name && control.value === ""; });
  empty.forEach(function (control) { control.disabled = true; });
  window.setTimeout(function () { empty.forEach(function (control) { control.disabled = false; }); }, 0);
});
/* What is kept as a query is what the address says now: a list that swapped its rows did not draw this form anew. */
document.addEventListener("submit", function (event) {
  "use strict";
  if (event.target.matches("form[data-save-query]")) {
    event.target.elements.conditions.value = window.location.search.slice(1);
  }
});
document.addEventListener("htmx:configRequest", function (event) {
  "use strict";
  const form = event.detail.elt;
  if (!form.matches("form[data-filters]")) { return; }
  Array.from(event.detail.formData.entries()).forEach(function (pair) {
    if (pair[1] === "") { event.detail.formData.delete(pair[0]); }
  });
});
