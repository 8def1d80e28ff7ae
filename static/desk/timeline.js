// A booking is moved where it stands: dragged, or with M, arrows and Enter. Nothing is moved before
// the button says so; without this each booking opens its own page, where it is changed.
(function () {
  "use strict";
  var going = null; // {bar, row, column, rows, width}

  // What is now stands in sight.
  var shown = document.querySelector("[data-timeline]");
  if (shown) {
    var all = shown.dataset.times.split(",");
    var now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    var at = all.filter(function (one) { return one <= now; }).length;
    var inside = at > 0 && all[all.length - 1].slice(0, 10) >= now.slice(0, 10);
    if (inside) shown.parentElement.scrollLeft = Math.max(0, (at / all.length) * shown.scrollWidth - shown.parentElement.clientWidth / 2);
  }

  function board() { return document.querySelector("[data-timeline][data-move=yes]"); }
  function form() { return document.querySelector("[data-move-form]"); }
  function rows() { return Array.prototype.slice.call(board().querySelectorAll("[data-craft-row]")); }
  function times() { return board().dataset.times.split(","); }
  function span(bar) { return Number((bar.className.match(/\bw(\d+)\b/) || [0, 1])[1]); }
  function columnWidth() {
    var row = rows()[0];
    return (row.scrollWidth - row.querySelector(".tl__name").offsetWidth) / times().length;
  }
  function begin(bar) {
    leave();
    var all = rows();
    going = { bar: bar, home: bar.parentElement, row: all.indexOf(bar.parentElement), column: Number(bar.dataset.start), old: bar.className };
    bar.classList.add("tl__bar--moving");
  }
  function place(row, column) {
    var all = rows();
    going.row = Math.max(0, Math.min(all.length - 1, row));
    going.column = Math.max(1, Math.min(times().length - span(going.bar) + 1, column));
    going.bar.className = going.bar.className.replace(/\bs\d+\b/, "s" + going.column);
    if (going.bar.parentElement !== all[going.row]) {
      var focused = document.activeElement === going.bar;
      all[going.row].append(going.bar);
      if (focused) going.bar.focus();
    }
    all.forEach(function (one, at) { one.classList.toggle("tl__row--target", at === going.row); });
  }
  function start() {
    // The minutes past the column's beginning are kept: a week's columns are two hours wide.
    var all = times();
    var was = new Date(all[Number(going.bar.dataset.start) - 1] + "Z");
    var from = new Date(going.bar.dataset.from + "Z");
    var past = Math.max(0, from - was);
    if (going.column === Number(going.bar.dataset.start)) return from;
    return new Date(new Date(all[going.column - 1] + "Z").getTime() + (all.length > 70 ? 0 : past));
  }
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function ask() {
    var box = form();
    var at = start();
    var row = rows()[going.row];
    if (row === going.home && going.column === Number(going.bar.dataset.start)) { leave(); return; }
    box.elements.booking.value = going.bar.dataset.booking;
    box.elements.seen.value = going.bar.dataset.seen;
    box.elements.craft.value = row.dataset.craftRow;
    box.elements.starts_at.value = at.toISOString().slice(0, 16);
    var words = box.querySelector("[data-move-words]");
    words.textContent = words.dataset.words + " " + going.bar.dataset.number + " → " + row.dataset.craftName + ", " +
      at.getUTCDate() + "." + (at.getUTCMonth() + 1) + ". " + two(at.getUTCHours()) + "." + two(at.getUTCMinutes()) + "?";
    box.hidden = false;
    box.querySelector("button[type=submit]").focus();
  }
  function leave() {
    if (!going) return;
    going.home.append(going.bar);
    going.bar.className = going.old;
    rows().forEach(function (one) { one.classList.remove("tl__row--target"); });
    form().hidden = true;
    going = null;
  }
  document.addEventListener("keydown", function (event) {
    if (!board()) return;
    var bar = document.activeElement.closest ? document.activeElement.closest("[data-booking]") : null;
    if (going && event.key === "Escape") {
      var back = going.bar;
      leave();
      back.focus();
      return;
    }
    if (!bar) return;
    if (!going && event.key.toLowerCase() === "m") { begin(bar); event.preventDefault(); return; }
    if (!going || going.bar !== bar) return;
    var step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step) { place(going.row + step[0], going.column + step[1]); event.preventDefault(); }
    if (event.key === "Enter") { event.preventDefault(); ask(); }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-move-leave]")) leave();
    if (event.target.closest("[data-dragged]")) event.preventDefault();
  }, true);

  // Dragging. A finger has to rest a moment first, or the page could not be scrolled.
  var held = null;
  document.addEventListener("pointerdown", function (event) {
    var bar = board() && event.target.closest("[data-booking]");
    if (!bar || event.button !== 0) return;
    held = { bar: bar, x: event.clientX, y: event.clientY, at: Date.now(), touch: event.pointerType === "touch" };
    delete bar.dataset.dragged;
  });
  document.addEventListener("pointermove", function (event) {
    if (!held) return;
    var far = Math.abs(event.clientX - held.x) + Math.abs(event.clientY - held.y);
    if (!held.going) {
      if (far < 6) return;
      if (held.touch && Date.now() - held.at < 300) { held = null; return; }
      begin(held.bar);
      held.going = true;
      held.bar.dataset.dragged = "yes";
    }
    var over = document.elementsFromPoint(event.clientX, event.clientY).map(function (one) {
      return one.closest("[data-craft-row]");
    }).filter(Boolean)[0];
    var row = over ? rows().indexOf(over) : going.row;
    place(row, Number(held.bar.dataset.start) + Math.round((event.clientX - held.x) / columnWidth()));
  });
  document.addEventListener("touchmove", function (event) {
    if (held && held.going) event.preventDefault();
  }, { passive: false });
  ["pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function () {
      if (held && held.going) ask();
      held = null;
    });
  });
  document.addEventListener("dragstart", function (event) {
    if (event.target.closest && event.target.closest("[data-booking]")) event.preventDefault();
  });
})();
