/* Draws the figures that stand in the page as JSON; nothing is fetched. */
(function () {
  "use strict";
  var PRINT_WIDE = 640, PRINT_PANEL = 310;
  var settings = { displayModeBar: false, displaylogo: false, responsive: true, showSendToCloud: false };
  var places = Array.prototype.slice.call(document.querySelectorAll(".drawing[data-drawing]"));

  places.forEach(function (place) {
    var text = document.getElementById(place.getAttribute("data-drawing"));
    var drawing = JSON.parse(text.textContent);
    Plotly.newPlot(place, drawing.data, drawing.layout, settings);
  });

  function resize(forPrint) {
    places.forEach(function (place) {
      var paper = place.closest(".panel") ? PRINT_PANEL : PRINT_WIDE;
      Plotly.relayout(place, forPrint ? { autosize: false, width: paper } : { autosize: true, width: null });
    });
  }
  window.addEventListener("beforeprint", function () { resize(true); });
  window.addEventListener("afterprint", function () { resize(false); });
  document.documentElement.setAttribute("data-drawn", String(places.length));
})();
