/* Printing opens what is folded, so that paper shows what the screen can show. */
(function () {
  "use strict";

  let opened = [];

  portal.on("click", "[data-print]", function (event) {
    event.preventDefault();
    window.print();
  });

  window.addEventListener("beforeprint", function () {
    opened = portal.all("details[data-print-open]:not([open])");
    opened.forEach(function (fold) { fold.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (fold) { fold.open = false; });
    opened = [];
  });
}());
