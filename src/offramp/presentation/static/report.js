/* Draws the figures that stand in the page as JSON; nothing is fetched. */
(function () {
  "use strict";
  var PRINT_WIDE = 640, PRINT_PANEL = 310;
  var settings = { displayModeBar: false, displaylogo: false, responsive: true, showSendToCloud: false };
  var places = Array.prototype.slice.call(document.querySelectorAll(".drawing[data-drawing]"));
  var next = 0;

  /* A drawing inside what was folded takes its width when that is opened. */
  document.addEventListener("toggle", function (event) {
    if (!event.target.open) { return; }
    Array.prototype.forEach.call(event.target.querySelectorAll(".drawing.js-plotly-plot"), function (place) {
      if (place.clientWidth) { Plotly.Plots.resize(place); }
    });
  }, true);
  /* A link to a section that is folded opens it. */
  function openTarget() {
    var part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var one = part; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    var fold = part && part.querySelector(":scope > details.part");
    if (fold) { fold.open = true; }
    if (part) { part.scrollIntoView(); }
  }
  window.addEventListener("hashchange", openTarget);

  function draw(place) {
    var drawing = JSON.parse(document.getElementById(place.getAttribute("data-drawing")).textContent);
    Plotly.newPlot(place, drawing.data, drawing.layout, settings);
  }

  /* One figure at a time, so that the page can be read and scrolled meanwhile. */
  function drawNext() {
    if (next < places.length) {
      draw(places[next++]);
      setTimeout(drawNext, 0);
    } else {
      document.documentElement.setAttribute("data-drawn", String(places.length));
    }
  }

  function resize(forPrint) {
    while (next < places.length) { draw(places[next++]); }
    places.forEach(function (place) {
      var paper = place.closest(".panel") ? PRINT_PANEL : PRINT_WIDE;
      Plotly.relayout(place, forPrint ? { autosize: false, width: paper } : { autosize: true, width: null });
    });
  }
  /* On paper nothing can be opened: what is folded is printed open, and closed again. */
  var folds = [];
  function unfold() {
    folds = Array.prototype.slice.call(document.querySelectorAll("details.fold:not([open])"));
    folds.forEach(function (fold) { fold.open = true; });
  }
  function refold() { folds.forEach(function (fold) { fold.open = false; }); }
  window.addEventListener("beforeprint", function () { unfold(); resize(true); });
  window.addEventListener("afterprint", function () { resize(false); refold(); });
  drawNext();
  openTarget();
})();
