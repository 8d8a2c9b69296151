/* Additions to the public pages: the form works without them. */
(function () {
  "use strict";

  /* Escape pressed three times within two seconds is the button 立即离开本页. */
  const way = document.querySelector("[data-leave]");
  let presses = [];
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !way) { return; }
    const now = Date.now();
    presses = presses.filter(function (at) { return now - at < 2000; }).concat(now);
    if (presses.length >= 3) { way.click(); }
  });

  /* Name and telephone are asked of those only who want to leave them. */
  portal.each("[data-named]", function (area) {
    const form = area.closest("form");
    const show = function () {
      const chosen = form.querySelector("input[name=how]:checked");
      area.hidden = !chosen || chosen.value !== "named";
    };
    form.addEventListener("change", show);
    show();
  });

  /* The code of a printed slip stands behind the # of the address, which no server is sent. */
  portal.each("[data-code-form]", function (form) {
    const code = decodeURIComponent(window.location.hash.slice(1));
    if (!/^[0-9A-Za-z-]{18,22}$/.test(code)) { return; }
    window.history.replaceState(null, "", window.location.pathname);
    form.elements.code.value = code;
    form.submit();
  });

  /* Buttons that need a script are shown where there is one. */
  portal.each("[data-scripted]", function (button) { button.hidden = false; });

  /* Copying the code, where the browser lets a page do so. */
  portal.each("[data-copy]", function (button) {
    const source = document.querySelector("[data-copy-from]");
    if (!source || !navigator.clipboard) {
      button.hidden = true;
      return;
    }
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(source.textContent.trim()).then(function () { button.textContent = "已复制"; });
    });
  });
}());
