/* Small behaviours shared by all pages. Everything here is an addition: each page works without it. */
(function () {
  "use strict";

  function each(selector, action, root) {
    Array.prototype.forEach.call((root || document).querySelectorAll(selector), action);
  }

  /* Filters: a changed choice is applied at once; typing waits for Enter or the button. */
  function filters(root) {
    each("form[data-filters] select, form[data-filters] input[type=checkbox], form[data-filters] input[type=date]", function (control) {
      control.addEventListener("change", function () { control.form.requestSubmit(); });
    }, root);
  }

  /* Selection: a head box ticks the page, the bar shows how many are ticked. */
  function selection(root) {
    each("[data-selection]", function (area) {
      var bar = area.querySelector("[data-selection-bar]");
      var count = area.querySelector("[data-selection-count]");
      var head = area.querySelector("[data-selection-all]");
      function boxes() { return area.querySelectorAll("input[type=checkbox][name=selected]"); }
      function show() {
        var ticked = 0;
        Array.prototype.forEach.call(boxes(), function (box) {
          if (box.checked) { ticked += 1; }
          var row = box.closest("tr");
          if (row) { row.classList.toggle("is-selected", box.checked); }
        });
        if (bar) { bar.hidden = ticked === 0; }
        if (count) { count.textContent = String(ticked); }
        if (head) { head.checked = ticked > 0 && ticked === boxes().length; }
      }
      area.addEventListener("change", function (event) {
        if (event.target === head) {
          Array.prototype.forEach.call(boxes(), function (box) { box.checked = head.checked; });
        }
        show();
      });
      show();
    }, root);
  }

  /* Character counts under text areas. */
  function counts(root) {
    each("textarea[maxlength]", function (area) {
      var foot = document.getElementById(area.id + "-count");
      if (!foot) { return; }
      function show() { foot.textContent = area.value.length + " / " + area.maxLength; }
      area.addEventListener("input", show);
      show();
    }, root);
  }

  /* Leaving a form with changes asks first. */
  function guard(root) {
    each("form[data-guard]", function (form) {
      var changed = false;
      form.addEventListener("input", function () { changed = true; });
      form.addEventListener("submit", function () { changed = false; });
      window.addEventListener("beforeunload", function (event) {
        if (changed) { event.preventDefault(); event.returnValue = ""; }
      });
    }, root);
  }

  function buttons(root) {
    each("[data-print]", function (button) {
      button.addEventListener("click", function (event) { event.preventDefault(); window.print(); });
    }, root);
    each("[data-fill]", function (button) {
      button.addEventListener("click", function (event) {
        event.preventDefault();
        var values = JSON.parse(button.getAttribute("data-fill"));
        Object.keys(values).forEach(function (name) {
          var control = document.querySelector("[name=" + name + "]");
          if (control) { control.value = values[name]; control.dispatchEvent(new Event("input", { bubbles: true })); }
        });
      });
    }, root);
    each("[data-copy-from]", function (button) {
      button.addEventListener("click", function (event) {
        event.preventDefault();
        var source = document.getElementById(button.getAttribute("data-copy-from"));
        var target = document.getElementById(button.getAttribute("data-copy-to"));
        if (source && target) {
          target.value = source.textContent.trim();
          target.focus();
          target.dispatchEvent(new Event("input", { bubbles: true }));
        }
      });
    }, root);
    each("[data-open-dialog]", function (button) {
      button.addEventListener("click", function (event) {
        var dialog = document.getElementById(button.getAttribute("data-open-dialog"));
        if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
      });
    }, root);
    each("[data-close-dialog]", function (button) {
      button.addEventListener("click", function () { button.closest("dialog").close(); });
    }, root);
  }

  function start(root) { filters(root); selection(root); counts(root); guard(root); buttons(root); }

  document.addEventListener("DOMContentLoaded", function () {
    start(document);
    var summary = document.getElementById("error-summary");
    if (summary) { summary.focus(); }
  });
  document.addEventListener("htmx:afterSwap", function (event) { start(event.detail.target); });
  document.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (button && button.hasAttribute("data-once")) { window.setTimeout(function () { button.disabled = true; }, 0); }
  });
}());
