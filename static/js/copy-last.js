/* Copies last month's words into this month's field, below what is already there; the field can then be edited. */
(function () {
  "use strict";

  portal.on("click", "[data-copy-from]", function (event, button) {
    const source = document.getElementById(button.getAttribute("data-copy-from"));
    const target = document.getElementById(button.getAttribute("data-copy-to"));
    if (!source || !target) { return; }
    event.preventDefault();
    const words = source.textContent.trim();
    if (!target.value.includes(words)) {
      target.value = target.value.trim() ? target.value.trim() + "\n" + words : words;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
    target.focus();
    target.setSelectionRange(target.value.length, target.value.length);
  });
}());
