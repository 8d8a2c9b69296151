/* Dialogs: a link to a step's own page opens its dialog in place; without <dialog> it stays a link. */
(function () {
  "use strict";

  portal.on("click", "[data-open-dialog]", function (event, opener) {
    const dialog = document.getElementById(opener.getAttribute("data-open-dialog"));
    if (!dialog || !dialog.showModal || event.ctrlKey || event.metaKey) { return; }
    event.preventDefault();
    if (!dialog.open) { dialog.showModal(); }
    const first = dialog.querySelector("textarea, input:not([type=hidden]), select");
    if (first) { first.focus(); }
  });

  portal.on("click", "[data-close-dialog]", function (event, button) {
    const dialog = button.closest("dialog");
    if (dialog && dialog.open && dialog.close) {
      event.preventDefault();
      dialog.close();
    }
  });
}());
