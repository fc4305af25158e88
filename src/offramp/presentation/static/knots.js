/* Sliders over solved points that stand in the page; nothing is fetched. */
(function () {
  "use strict";
  var place = document.querySelector("[data-knots]");
  if (!place) { return; }
  var told = JSON.parse(document.getElementById("knots-data").textContent);
  var raw = atob(told.points), bytes = new Uint8Array(raw.length);
  for (var i = 0; i < raw.length; i++) { bytes[i] = raw.charCodeAt(i); }
  var view = new DataView(bytes.buffer), ends = told.ends.length;
  var sizes = told.assumptions.map(function (one) { return one.knots.length; });
  var handles = Array.prototype.slice.call(place.querySelectorAll("[data-knot]"));
  var rows = Array.prototype.slice.call(place.querySelectorAll("[data-end]"));
  var said = place.querySelector("[data-solved]");

  function at(index) {
    var flat = 0;
    index.forEach(function (one, axis) { flat = flat * sizes[axis] + one; });
    var found = [];
    for (var e = 0; e < ends; e++) { found.push(view.getFloat64(8 * (flat * ends + e), true)); }
    return found;
  }

  /* Linear in every assumption between the corners around a point. */
  function between(low, part) {
    var total = new Array(ends).fill(0);
    for (var corner = 0; corner < 1 << low.length; corner++) {
      var weight = 1, index = low.slice();
      for (var axis = 0; axis < low.length; axis++) {
        var up = (corner >> axis) & 1;
        weight *= up ? part[axis] : 1 - part[axis];
        index[axis] += up;
      }
      if (weight > 0) {
        at(index).forEach(function (value, e) { total[e] += weight * value; });
      }
    }
    return total;
  }

  function percent(share) {
    if (!isFinite(share)) { return "not solved here"; }
    if (share <= 0) { return "0 %"; }
    if (share >= 1 - 1e-12) { return "100 %"; }
    if (share < 0.0005) { return "below 0.1 %"; }
    if (share > 0.9995) { return "above 99.9 %"; }
    return (100 * share).toFixed(share < 0.0995 || share >= 0.985 ? 1 : 0) + " %";
  }

  function show() {
    var low = [], part = [], exact = true;
    handles.forEach(function (handle, axis) {
      var knots = told.assumptions[axis].knots, where = Number(handle.value);
      var base = Math.min(Math.floor(where + 1e-9), knots.length - 2);
      var rest = where - base, value = knots[base] + rest * (knots[base + 1] - knots[base]);
      if (Math.abs(rest) < 1e-9) { rest = 0; value = knots[base]; }
      if (Math.abs(rest - 1) < 1e-9) { rest = 1; value = knots[base + 1]; }
      low.push(base); part.push(rest);
      exact = exact && (rest === 0 || rest === 1);
      var unit = told.assumptions[axis].unit;
      var text = String(Number(value.toPrecision(4))).replace("-", "\u2212") + (unit ? " " + unit : "");
      handle.nextElementSibling.textContent = text;
      handle.setAttribute("aria-valuetext", text);
    });
    var found = between(low, part);
    rows.forEach(function (row, e) {
      row.hidden = e === ends - 1 && !(found[e] > 0);
      row.querySelector("b").textContent = percent(found[e]);
      row.querySelector("i").style.width = (isFinite(found[e]) ? 100 * found[e] : 0).toFixed(2) + "%";
    });
    place.setAttribute("data-shares", JSON.stringify(found));
    said.textContent = exact ? "Solved at these values." : "Between solved points: interpolated.";
  }

  function nominal() {
    handles.forEach(function (handle, axis) {
      handle.min = 0;
      handle.max = sizes[axis] - 1;
      handle.step = told.between ? 0.05 : 1;
      handle.value = told.assumptions[axis].nominal;
    });
    show();
  }
  handles.forEach(function (handle) { handle.addEventListener("input", show); });
  place.querySelector("[data-nominal]").addEventListener("click", nominal);
  nominal();
})();
