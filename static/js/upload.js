/* File fields: files are dropped onto them, listed, and looked at before they are sent.
   The field says what it takes: accept (extensions), data-max-bytes, data-max-files. The server decides. */
(function () {
  "use strict";

  const MB = 1024 * 1024;

  function size(bytes) { return bytes >= MB ? (bytes / MB).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB"; }

  function problem(input, file) {
    const kinds = input.accept.split(",").map(function (kind) { return kind.trim().toLowerCase(); });
    const known = !input.accept || kinds.some(function (kind) { return kind[0] !== "." || file.name.toLowerCase().endsWith(kind); });
    const limit = Number(input.dataset.maxBytes || 20 * MB);
    if (!known) { return "不在可上传的类型内"; }
    if (file.size > limit) { return "超过 " + Math.floor(limit / MB) + " MB，请压缩或拆分"; }
    return file.size ? "" : "是空文件";
  }

  function show(area) {
    const input = area.querySelector("input[type=file]");
    const list = area.querySelector("[data-upload-list]");
    const files = Array.from(input.files);
    const most = Number(input.dataset.maxFiles || 0);
    let refused = 0;
    list.textContent = "";
    files.forEach(function (file) {
      const line = document.createElement("li");
      const wrong = problem(input, file);
      refused += wrong ? 1 : 0;
      line.className = wrong ? "upload__bad" : "";
      line.textContent = file.name + "　" + size(file.size) + (wrong ? "　" + wrong : "");
      list.append(line);
    });
    if (most && files.length > most) { refused += 1; }
    input.setCustomValidity(refused ? (most && files.length > most ? "一次至多上传 " + most + " 个文件，请分次上传。" : "有不能上传的文件，请重新选择。") : "");
  }

  portal.on("change", "[data-upload] input[type=file]", function (event, input) { show(input.closest("[data-upload]")); });

  ["dragover", "dragleave", "drop"].forEach(function (name) {
    portal.on(name, "[data-upload]", function (event, area) {
      event.preventDefault();
      area.classList.toggle("is-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        const input = area.querySelector("input[type=file]");
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  });

  portal.each("[data-upload]", function (area) {
    portal.all("[data-upload-hint]", area).forEach(function (hint) { hint.hidden = false; });
  });
}());
