/* Monthly entry: keeps drafts while one types, takes files, asks for the sentence of "no change" in place.
   The page works without it: every button of the form saves what was typed. */
(function () {
  "use strict";

  const SAVE_AFTER = 1500;
  const RETRY_AFTER = 10000;

  const form = document.querySelector("form[data-entry]");
  const dialog = document.getElementById("no-change");
  if (!form) { return; }

  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const base = form.dataset.base;
  const lines = Array.from(form.querySelectorAll("[data-editable]")).map(line);

  function line(element) {
    return {
      element: element,
      number: element.dataset.number,
      changed: false,
      blocked: false,
      saving: null,
      timer: 0,
    };
  }

  function control(row, name) { return form.elements[row.number + "-" + name]; }

  function lineOf(node) {
    const element = node.closest("[data-editable]");
    return lines.find(function (row) { return row.element === element; });
  }

  function all(selector, action, root) { (root || document).querySelectorAll(selector).forEach(action); }

  /* The bar at the foot ------------------------------------------------------------------ */

  function showSaved(text, bad) {
    const saved = form.querySelector("[data-saved]");
    if (!saved) { return; }
    saved.textContent = text;
    saved.classList.toggle("saved--bad", Boolean(bad));
  }

  function showCounts() {
    const ready = lines.filter(function (row) { return "ready" in row.element.dataset; }).length;
    const blank = lines.filter(function (row) { return "blank" in row.element.dataset; }).length;
    all("[data-ready-count]", function (node) { node.textContent = ready; }, form);
    all("[data-blank-count]", function (node) { node.textContent = blank; }, form);
    all("[data-submit-all]", function (node) { node.disabled = ready === 0; }, form);
    all("[data-no-change=rest]", function (node) { node.disabled = blank === 0; }, form);
  }

  function flag(element, name, on) {
    if (on) { element.dataset[name] = ""; } else { delete element.dataset[name]; }
  }

  /* Drafts ------------------------------------------------------------------------------- */

  function fields(row) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token);
    all("input[name], textarea[name]", function (node) {
      if (node.type !== "file") { data.append(node.name, node.value); }
    }, row.element);
    return data;
  }

  function schedule(row, delay) {
    window.clearTimeout(row.timer);
    row.timer = window.setTimeout(function () { save(row); }, delay);
  }

  function save(row, leaving) {
    window.clearTimeout(row.timer);
    if (!row.changed || row.blocked) { return row.saving || Promise.resolve(); }
    if (row.saving) { return row.saving.then(function () { return save(row); }); }
    row.changed = false;
    row.saving = send(row, leaving).finally(function () { row.saving = null; });
    return row.saving;
  }

  function send(row, leaving) {
    return fetch(base + row.number + "/draft/", {
      method: "POST", body: fields(row), keepalive: Boolean(leaving), headers: { Accept: "application/json" },
    }).then(function (response) {
      if (response.redirected || !(response.headers.get("Content-Type") || "").includes("json")) {
        row.changed = true;
        showSaved("登录已过期或无权保存，请在新窗口登录后继续，本页内容还在", true);
        return undefined;
      }
      return response.json().then(function (answer) { settle(row, response.status, answer); });
    }).catch(function () {
      row.changed = true;
      showSaved("网络不通，未能保存，稍后自动重试", true);
      schedule(row, RETRY_AFTER);
    });
  }

  function settle(row, status, answer) {
    clearErrors(row);
    if (status === 200) {
      control(row, "version").value = answer.version;
      showStanding(row, answer);
      showSaved("草稿已自动保存 " + answer.saved);
    } else if (status === 409) {
      control(row, "version").value = answer.version;
      row.blocked = true;
      row.changed = true;
      showConflict(row, answer);
      showSaved("有 1 项与他人的修改冲突，请核对", true);
    } else {
      row.changed = true;
      showErrors(row, answer.errors || {});
      showSaved("有内容未能保存，请按提示改正", true);
    }
  }

  function showStanding(row, answer) {
    const status = row.element.querySelector("[data-row-status]");
    if (status) { status.textContent = answer.saved + " 自动保存"; }
    const percent = row.element.querySelector("[data-percent]");
    percent.textContent = answer.percent || "—";
    percent.toggleAttribute("data-none", !answer.percent);
    flag(row.element, "ready", answer.ready);
    flag(row.element, "blank", answer.blank);
    if (row.element.dataset.state !== answer.state) {
      row.element.dataset.state = answer.state;
      const label = row.element.querySelector("[data-state-label] .state");
      if (label) { label.replaceWith(new DOMParser().parseFromString(answer.badge, "text/html").body.firstChild); }
      const quick = row.element.querySelector(".entry__quick");
      if (quick) { quick.hidden = !answer.blank; }
    }
    showCounts();
  }

  function clearErrors(row) {
    all("[data-script-error]", function (node) { node.remove(); }, row.element);
  }

  function showErrors(row, errors) {
    Object.keys(errors).forEach(function (name) {
      const note = document.createElement("p");
      note.className = "field__error";
      note.setAttribute("role", "alert");
      note.dataset.scriptError = "";
      note.textContent = errors[name];
      const target = name && control(row, name);
      if (target) {
        const fold = target.closest(".entry__more details");
        if (fold) { fold.open = true; }
        (target.closest(".field--inline") || target).insertAdjacentElement("afterend", note);
      } else {
        row.element.querySelector(".entry__form").insertAdjacentElement("beforebegin", note);
      }
    });
  }

  function showConflict(row, answer) {
    const box = row.element.querySelector("[data-conflict]");
    box.querySelector("[data-conflict-title]").textContent = answer.message;
    const list = box.querySelector("[data-theirs]");
    list.textContent = "";
    answer.theirs.forEach(function (theirs) {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = "对方填写的" + theirs.label;
      text.textContent = theirs.text || "（空）";
      const take = document.createElement("button");
      take.type = "button";
      take.className = "btn btn--small";
      take.textContent = "用对方的";
      take.addEventListener("click", function () {
        const target = control(row, theirs.field);
        target.value = theirs.text;
        target.dispatchEvent(new Event("input", { bubbles: true }));
      });
      text.append(" ", take);
      pair.append(term, text);
      list.append(pair);
    });
    const keep = document.createElement("button");
    keep.type = "button";
    keep.className = "btn btn--small";
    keep.textContent = "已核对，保存我填写的内容";
    keep.addEventListener("click", function () {
      row.blocked = false;
      row.changed = true;
      box.hidden = true;
      save(row);
    });
    const foot = document.createElement("p");
    foot.append(keep);
    list.append(foot);
    box.hidden = false;
    box.scrollIntoView({ block: "center" });
  }

  form.addEventListener("input", function (event) {
    const row = lineOf(event.target);
    if (!row || event.target.type === "file") { return; }
    row.changed = true;
    schedule(row, SAVE_AFTER);
  });
  form.addEventListener("focusout", function (event) {
    const row = lineOf(event.target);
    if (row && row.changed) { schedule(row, 200); }
  });
  document.addEventListener("visibilitychange", function () {
    /* The form itself carries everything when it is sent; a draft beside it would only be late. */
    if (document.visibilityState === "hidden" && !form.dataset.sent) { lines.forEach(function (row) { save(row, true); }); }
  });
  window.addEventListener("beforeunload", function (event) {
    if (!form.dataset.sent && lines.some(function (row) { return row.changed || row.saving; })) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  /* The form's own buttons wait for drafts on their way, so that a version is never overtaken. */
  form.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (button && button.dataset.noChange && dialog.showModal) {
      event.preventDefault();
      askNoChange(button.dataset.noChange);
      return;
    }
    if (button && button.dataset.remove) {
      event.preventDefault();
      const data = new FormData();
      data.append("remove", button.dataset.remove);
      exchange(lineOf(button), data);
      return;
    }
    const waiting = lines.filter(function (row) { return row.saving; });
    if (waiting.length) {
      event.preventDefault();
      Promise.all(waiting.map(function (row) { return row.saving; })).then(function () { form.requestSubmit(button); });
      return;
    }
    lines.forEach(function (row) { window.clearTimeout(row.timer); });
    form.dataset.sent = "yes";
  });

  /* No change ---------------------------------------------------------------------------- */

  function askNoChange(target) {
    const chosen = lines.filter(function (row) {
      return target === "rest" ? "blank" in row.element.dataset : row.number === target;
    });
    if (!chosen.length) { return; }
    dialog.classList.remove("dialog--shown");
    dialog.querySelector("[name=target]").value = target;
    dialog.querySelector("[data-title]").textContent = target === "rest"
      ? "其余 " + chosen.length + " 项均无变化" : chosen[0].element.dataset.short + " 本月无变化";
    dialog.querySelector("[data-names]").textContent = chosen.map(function (row) {
      return row.element.dataset.short + " " + row.element.dataset.title;
    }).join("；");
    Promise.all(lines.map(function (row) { return save(row); })).then(function () {
      if (dialog.open) { dialog.close(); }
      dialog.showModal();
      dialog.querySelector("[name=sentence]").focus();
    });
  }
  if (dialog) {
    dialog.querySelector("form").addEventListener("submit", function () { form.dataset.sent = "yes"; });
    all("[data-close-dialog]", function (button) {
      button.addEventListener("click", function (event) { if (dialog.open) { event.preventDefault(); dialog.close(); } });
    }, dialog);
  }

  /* Evidence ----------------------------------------------------------------------------- */

  function exchange(row, data) {
    data.append("csrfmiddlewaretoken", token);
    const list = document.getElementById(row.number + "-list");
    list.setAttribute("aria-busy", "true");
    fetch(base + row.number + "/evidence/", { method: "POST", body: data }).then(function (response) {
      if (response.redirected || (response.status !== 200 && response.status !== 422)) { throw new Error("refused"); }
      return response.text();
    }).then(function (html) {
      const parsed = new DOMParser().parseFromString(html, "text/html").getElementById(list.id);
      list.replaceWith(parsed);
      if (row.element.dataset.state === "returned") { flag(row.element, "ready", true); showCounts(); }
    }).catch(function () {
      list.removeAttribute("aria-busy");
      showSaved("文件未能上传，请检查网络或文件大小后重试", true);
    });
  }

  function upload(row, files) {
    const data = new FormData();
    Array.from(files).forEach(function (file) { data.append("files", file); });
    if (files.length) { exchange(row, data); }
  }

  form.addEventListener("change", function (event) {
    if (event.target.type !== "file") { return; }
    upload(lineOf(event.target), event.target.files);
    event.target.value = "";
  });
  all("[data-drop]", function (area) {
    const row = lineOf(area);
    area.addEventListener("dragover", function (event) { event.preventDefault(); area.classList.add("is-over"); });
    area.addEventListener("dragleave", function () { area.classList.remove("is-over"); });
    area.addEventListener("drop", function (event) {
      event.preventDefault();
      area.classList.remove("is-over");
      upload(row, event.dataTransfer.files);
    });
  }, form);

  /* Small things ------------------------------------------------------------------------- */

  all("[data-limit]", function (area) {
    const note = form.querySelector("[data-count-of='" + area.id + "']");
    function show() {
      const over = area.value.length > Number(area.dataset.limit);
      area.setAttribute("aria-invalid", String(over));
      if (note) {
        note.textContent = area.value.length + " / " + area.dataset.limit;
        note.classList.toggle("is-over", over);
      }
    }
    area.addEventListener("input", show);
    show();
  }, form);

  all("[data-expand]", function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      const rows = form.querySelectorAll(".entry__row");
      const open = Array.from(rows).some(function (row) { return !row.open; });
      rows.forEach(function (row) { row.open = open; });
      link.textContent = open ? "全部收起" : "全部展开";
    });
  });

  function openTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const row = target && (target.closest(".entry__row") || target.querySelector(".entry__row"));
    if (row) { row.open = true; target.scrollIntoView({ block: "start" }); }
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();

  all("[data-needs-script]", function (node) { node.hidden = false; });
  form.classList.add("has-script");
  showSaved("自动保存已开启");
}());
