/* What a reader sees of a report: the order of its digits, lines of a letter or two, and its width.
   Runs inside the page and hands the answer to the page around it. */
(function wait() {
  var root = document.documentElement;
  if (document.querySelector(".drawing[data-drawing]") && !root.hasAttribute("data-drawn")) {
    setTimeout(wait, 20);
    return;
  }
  document.querySelectorAll("details").forEach(function (fold) { fold.open = true; });
  var seen = { lines: 0, turned: [], squeezed: [], cut: [], wide: root.scrollWidth - root.clientWidth };

  function inline(one, drawn) { return drawn || /^inline/.test(getComputedStyle(one).display); }

  /* Every digit and per cent sign of a block, with its place. */
  function digits(node, drawn, found) {
    node.childNodes.forEach(function (child) {
      if (child.nodeType === 1 && inline(child, drawn)) { digits(child, drawn, found); }
      for (var i = 0; child.nodeType === 3 && i < child.data.length; i++) {
        if (!/[0-9%]/.test(child.data[i])) { continue; }
        var range = document.createRange();
        range.setStart(child, i);
        range.setEnd(child, i + 1);
        var box = range.getClientRects()[0];
        if (box && box.width) { found.push({ sign: child.data[i], x: box.left, y: Math.round(box.top) }); }
      }
    });
    return found;
  }

  function word(row) { return row.map(function (one) { return one.sign; }).join(""); }

  document.querySelectorAll("body *").forEach(function (block) {
    var drawn = block.namespaceURI.indexOf("svg") > 0;
    if (/^(script|style|noscript)$/i.test(block.tagName) || (drawn ? block.tagName !== "text" : inline(block))) { return; }
    var rows = {};
    digits(block, drawn, []).forEach(function (one) { (rows[one.y] = rows[one.y] || []).push(one); });
    Object.keys(rows).forEach(function (y) {
      var written = word(rows[y]);
      var shown = word(rows[y].slice().sort(function (a, b) { return a.x - b.x; }));
      seen.lines += 1;
      if (written !== shown) { seen.turned.push([written, shown, block.textContent.slice(0, 120)]); }
    });
  });

  var texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    var text = texts.currentNode, letters = text.data.trim().length;
    if (!letters || /^(script|style|noscript)$/i.test(text.parentNode.tagName)) { continue; }
    var range = document.createRange(), tops = {};
    range.selectNodeContents(text);
    Array.prototype.forEach.call(range.getClientRects(), function (box) { tops[Math.round(box.top)] = true; });
    var lines = Object.keys(tops).length, words = text.data.trim().split(/\s+/).length;
    if (lines > Math.max(3, words) && letters / lines < 8) { seen.squeezed.push([lines, text.data.slice(0, 120)]); }
  }
  document.querySelectorAll(".scroll").forEach(function (box) {
    if (box.scrollWidth > box.clientWidth + 1) { seen.cut.push(box.getAttribute("aria-label")); }
  });
  window.parent.postMessage(JSON.stringify(seen), "*");
})();
