/* Character counts: an element whose id is the control's with "-count" says how much is written of how much. */
(function () {
  "use strict";

  function show(area) {
    const foot = area.maxLength > 0 && document.getElementById(area.id + "-count");
    if (foot) { foot.textContent = area.value.length + " / " + area.maxLength; }
  }

  portal.on("input", "textarea[maxlength], input[maxlength]", function (event, area) { show(area); });
  portal.each("textarea[maxlength], input[maxlength]", show);
}());
