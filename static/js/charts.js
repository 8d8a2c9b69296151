/* A chart of months wider than the screen begins at its newest month; without this script at its oldest. */
(function () {
  "use strict";

  portal.each("[data-from-newest]", function (picture) { picture.scrollLeft = picture.scrollWidth; });
}());
