/* Keeps the draft of a long form while one types: form[data-autosave="address"] is sent as it stands 1.5 seconds
   after the last key, and says so in its [data-saved]. The answer is JSON: saved (a time such as 9:41) and, where
   the row has one, version; 422 with errors by field name; 409 with message when somebody else has saved meanwhile. */
(function () {
  "use strict";

  const SAVE_AFTER = 1500;
  const RETRY_AFTER = 10000;

  function tell(form, words, bad) {
    portal.all("[data-saved]", form).forEach(function (note) {
      note.textContent = words;
      note.classList.toggle("saved--bad", Boolean(bad));
    });
  }

  function settle(form, draft, status, answer) {
    if (status === 200) {
      if (answer.version !== undefined && form.elements.version) { form.elements.version.value = answer.version; }
      tell(form, "草稿已自动保存 " + answer.saved);
      return;
    }
    draft.changed = true;
    draft.stopped = status === 409;
    tell(form, "未保存：" + (answer.message || Object.values(answer.errors || {})[0] || "请按提示改正"), true);
  }

  function send(form, draft, leaving) {
    window.clearTimeout(draft.timer);
    if (!draft.changed || draft.stopped || draft.sending) { return; }
    draft.changed = false;
    draft.sending = true;
    fetch(form.dataset.autosave, {
      method: "POST", body: new FormData(form), keepalive: Boolean(leaving), headers: { Accept: "application/json" },
    }).then(function (response) {
      if (response.redirected || !(response.headers.get("Content-Type") || "").includes("json")) {
        draft.changed = true;
        tell(form, "未保存：登录已过期，请在新窗口登录后继续，内容仍在本页", true);
        return undefined;
      }
      return response.json().then(function (answer) { settle(form, draft, response.status, answer); });
    }).catch(function () {
      draft.changed = true;
      tell(form, "未保存：网络中断，内容仍在本页", true);
      draft.timer = window.setTimeout(function () { send(form, draft); }, RETRY_AFTER);
    }).finally(function () {
      draft.sending = false;
      if (draft.again) { draft.again = false; send(form, draft); }
    });
  }

  portal.each("form[data-autosave]", function (form) {
    const draft = { changed: false, sending: false, stopped: false, again: false, timer: 0, sent: false };
    form.addEventListener("input", function (event) {
      if (event.target.type === "file") { return; }
      draft.changed = true;
      draft.again = draft.sending;
      window.clearTimeout(draft.timer);
      draft.timer = window.setTimeout(function () { send(form, draft); }, SAVE_AFTER);
    });
    form.addEventListener("submit", function () { window.clearTimeout(draft.timer); draft.sent = true; });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden" && !draft.sent) { send(form, draft, true); }
    });
    window.addEventListener("beforeunload", function (event) {
      if ((draft.changed || draft.sending) && !draft.sent) {
        event.preventDefault();
        event.returnValue = "";
      }
    });
  });
}());
