/* What the other scripts share. Everything in this folder is an addition: each page works without it.
   Behaviours hang on the document, so that parts swapped in by htmx have them at once. */
(function () {
  "use strict";

  const starters = [];

  function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }

  window.portal = {
    all: all,

    /* Call `action` once for every matching element there is, and for those that arrive later.
       The scripts are deferred: the page is there when they run. */
    each: function (selector, action) {
      const start = function (root) {
        if (root.matches && root.matches(selector)) { action(root); }
        all(selector, root).forEach(action);
      };
      starters.push(start);
      start(document);
    },

    /* Listen for an event inside elements that match, now and later. */
    on: function (name, selector, action) {
      document.addEventListener(name, function (event) {
        const found = event.target.closest && event.target.closest(selector);
        if (found) { action(event, found); }
      });
    },
  };

  document.addEventListener("DOMContentLoaded", function () {
    const summary = document.getElementById("error-summary");
    if (summary && !summary.closest("[data-specimen]")) { summary.focus(); }
  });
  document.addEventListener("htmx:load", function (event) {
    if (event.detail.elt !== document.body) { starters.forEach(function (start) { start(event.detail.elt); }); }
  });

  /* A button that must not be pressed twice; it comes back with the page from the browser's memory. */
  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (button && button.hasAttribute("data-once")) {
      window.setTimeout(function () { if (!event.defaultPrevented) { button.disabled = true; } }, 0);
    }
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { all("[data-once]").forEach(function (button) { button.disabled = false; }); }
  });

  /* htmx: a lost connection or a session that has ended must not look like a button that does nothing. */
  function tell(words) {
    const main = document.getElementById("main");
    let note = document.getElementById("trouble");
    if (!main) { return; }
    if (!note) {
      note = document.createElement("p");
      note.id = "trouble";
      note.className = "notice notice--bad";
      note.setAttribute("role", "alert");
      main.insertBefore(note, main.firstChild);
    }
    note.textContent = words;
    note.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:sendError", function () { tell("网络不通，刚才的操作没有完成，请检查网络后重试。"); });
  document.addEventListener("htmx:responseError", function (event) {
    const status = event.detail.xhr.status;
    tell(status === 403 ? "登录已过期或无权操作，请刷新页面后重试。" : "系统没有完成刚才的操作，请稍后重试。");
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    /* The login page in place of a fragment: the session has ended, so the whole page goes there. */
    const target = new URL(event.detail.xhr.responseURL || location.href);
    if (/^\/login\//.test(target.pathname) && !/^\/login\//.test(location.pathname)) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
}());
