/* Review by keyboard: J and K move, X ticks, A passes, R opens the return. The page works without it. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-review]");
  if (!form) { return; }
  const rows = Array.from(form.querySelectorAll(".review"));

  function current() { return rows.indexOf(document.activeElement && document.activeElement.closest(".review")); }

  function move(by) {
    const row = rows[Math.min(Math.max(current() + by, 0), rows.length - 1)];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  const KEYS = {
    j: function () { move(1); },
    k: function () { move(-1); },
    x: function (row) { row.querySelector("input[name=selected]").click(); row.focus(); },
    a: function (row) { row.querySelector("[data-pass]").click(); },
    r: function (row) {
      row.querySelector(".review__return").open = true;
      row.querySelector(".review__return textarea").focus();
    },
  };

  document.addEventListener("keydown", function (event) {
    const typing = event.target.closest("textarea, select, input:not([type=checkbox])");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    const action = KEYS[event.key.toLowerCase()];
    if (!action) { return; }
    const row = rows[current()];
    if (!row && action !== KEYS.j && action !== KEYS.k) { return; }
    event.preventDefault();
    action(row);
  });

  document.querySelectorAll("[data-needs-script]").forEach(function (node) { node.hidden = false; });
}());
