/* Selection: a head box ticks the page, Shift ticks a range, the bar shows itself and the count. */
(function () {
  "use strict";

  let last = null;

  function boxes(area) { return portal.all("input[type=checkbox][name=selected]", area); }

  function show(area) {
    const own = boxes(area);
    const ticked = own.filter(function (box) { return box.checked; }).length;
    const head = area.querySelector("[data-selection-all]");
    own.forEach(function (box) {
      const row = box.closest("tr");
      if (row) { row.classList.toggle("is-selected", box.checked); }
    });
    portal.all("[data-selection-bar]", area).forEach(function (bar) { bar.hidden = ticked === 0; });
    portal.all("[data-selection-count]", area).forEach(function (count) { count.textContent = String(ticked); });
    portal.all("[data-selection-clear]", area).forEach(function (button) { button.hidden = false; });
    if (head) {
      head.checked = ticked > 0 && ticked === own.length;
      head.indeterminate = ticked > 0 && ticked < own.length;
    }
  }

  portal.on("change", "[data-selection]", function (event, area) {
    if (event.target.matches("[data-selection-all]")) {
      boxes(area).forEach(function (box) { box.checked = event.target.checked; });
    }
    show(area);
  });

  portal.on("click", "[data-selection] input[type=checkbox][name=selected]", function (event, box) {
    const own = boxes(box.closest("[data-selection]"));
    const from = own.indexOf(last);
    const to = own.indexOf(box);
    if (event.shiftKey && from >= 0) {
      own.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (one) { one.checked = box.checked; });
    }
    last = box;
  });

  portal.on("click", "[data-selection-clear]", function (event, button) {
    const area = button.closest("[data-selection]");
    boxes(area).forEach(function (box) { box.checked = false; });
    show(area);
  });

  portal.each("[data-selection]", show);
  /* The browser restores ticks when one comes back to a page. */
  window.addEventListener("pageshow", function () { portal.all("[data-selection]").forEach(show); });
}());
