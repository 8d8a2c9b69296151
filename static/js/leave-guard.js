/* Leaving a form with something typed in it asks first; a form that came back with errors counts as changed. */
(function () {
  "use strict";

  const changed = new Set();

  portal.on("input", "form[data-guard]", function (event, form) { changed.add(form); });
  portal.on("change", "form[data-guard]", function (event, form) { changed.add(form); });
  portal.on("submit", "form[data-guard]", function (event, form) { changed.delete(form); });
  portal.each("form[data-guard]", function (form) {
    if (form.querySelector("[aria-invalid=true]")) { changed.add(form); }
  });
  window.addEventListener("beforeunload", function (event) {
    const waiting = Array.from(changed).some(function (form) { return document.contains(form); });
    if (waiting) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
}());

/* The way out for people who report without a name: the page they leave is not in the browser's history. */
portal.on("click", "[data-leave]", function (event, link) {
  "use strict";
  event.preventDefault();
  document.body.hidden = true;
  window.location.replace(link.href);
});
