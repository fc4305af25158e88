/* Each page keeps to what A4 and letter both hold: a fuller one is set smaller, line by line anew. */
(function () {
  "use strict";
  var WIDE = 184, TALL = 254, MM = 96 / 25.4, LEAST = 0.6;
  function fit(page) {
    for (var size = 1; size >= LEAST; size -= 0.02) {
      page.style.zoom = String(size);
      page.style.width = (WIDE / size) + "mm";
      if (page.getBoundingClientRect().height <= TALL * MM) { return; }
    }
  }
  Array.prototype.forEach.call(document.querySelectorAll(".page"), fit);
  document.documentElement.setAttribute("data-fitted", "2");
})();
