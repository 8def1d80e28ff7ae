// Marks on the drawing: a tap adds a row with its place. Without this the rows are filled in by hand.
(function () {
  "use strict";
  document.querySelectorAll("[data-marks]").forEach(function (box) {
    var svg = box.querySelector("[data-craft]");
    var rows = box.querySelector("[data-marks-rows]");
    var empty = box.querySelector("[data-marks-empty]");
    var total = box.querySelector("input[name$=TOTAL_FORMS]");
    var most = Number(box.querySelector("input[name$=MAX_NUM_FORMS]").value);
    var add = box.querySelector("[data-marks-add]");
    var shapes = "http://www.w3.org/2000/svg";
    var began = svg.querySelectorAll("circle").length;

    function field(row, name) { return row.querySelector("[name$='-" + name + "']"); }
    function filled(row) { return field(row, "zone").value || field(row, "note").value; }
    function all() { return Array.prototype.slice.call(rows.children); }
    function next() {
      var free = all().filter(function (row) { return row.hidden; })[0];
      if (free) { free.hidden = false; return free; }
      if (all().length >= most) return null;
      var holder = document.createElement("div");
      holder.append(empty.content.cloneNode(true));
      holder.innerHTML = holder.innerHTML.replace(/__prefix__/g, total.value);
      var row = holder.firstElementChild;
      total.value = Number(total.value) + 1;
      rows.append(row);
      return row;
    }
    function draw(x, y) {
      began += 1;
      var group = document.createElementNS(shapes, "g");
      group.setAttribute("pointer-events", "none");
      var circle = document.createElementNS(shapes, "circle");
      circle.setAttribute("cx", x);
      circle.setAttribute("cy", y);
      circle.setAttribute("r", 21);
      circle.setAttribute("class", "craft__mark craft__mark--new");
      var text = document.createElementNS(shapes, "text");
      text.setAttribute("x", x);
      text.setAttribute("y", y + 9);
      text.setAttribute("font-size", 26);
      text.setAttribute("font-weight", 700);
      text.setAttribute("text-anchor", "middle");
      text.setAttribute("class", "craft__number");
      text.textContent = began;
      group.append(circle, text);
      svg.append(group);
    }
    all().forEach(function (row) { row.hidden = !filled(row) && !row.classList.contains("mark--bad"); });
    add.hidden = false;
    add.addEventListener("click", function () {
      var row = next();
      if (row) field(row, "zone").focus();
    });
    svg.addEventListener("click", function (event) {
      var part = event.target.closest("[data-zone]");
      var row = part && next();
      if (!row) return;
      var at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      var x = Math.max(0, Math.min(1000, Math.round(at.x)));
      var y = Math.max(0, Math.min(480, Math.round(at.y)));
      field(row, "zone").value = part.dataset.zone;
      field(row, "x").value = x;
      field(row, "y").value = y;
      draw(x, y);
      field(row, "kind").focus();
      row.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
  // The damage is asked about when there is some.
  var harm = document.querySelector("[data-harm]");
  if (!harm) return;
  function show() {
    var chosen = document.querySelector("input[name=harm]:checked");
    harm.hidden = !chosen || chosen.value !== "new";
  }
  document.addEventListener("change", show);
  show();
})();
