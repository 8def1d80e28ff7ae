// Keys for the desk: "/" goes to the search box, arrows walk through what was found.
(function () {
  "use strict";
  var box = document.getElementById("desk-search");
  function hits() {
    return Array.prototype.slice.call(document.querySelectorAll("#results a.hit"));
  }
  function move(step) {
    var all = hits();
    var at = all.indexOf(document.activeElement) + step;
    if (all.length === 0) return;
    if (at < 0) box.focus();
    else all[Math.min(at, all.length - 1)].focus();
  }
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      var home = document.querySelector("[data-search-home]");
      event.preventDefault();
      if (box) { box.focus(); box.select(); }
      else if (home) home.click();
    } else if (box && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      if (document.activeElement === box || document.activeElement.classList.contains("hit")) {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      }
    } else if (box && event.key === "Escape" && document.activeElement.classList.contains("hit")) {
      box.focus();
    } else if (box && event.key === "Escape" && document.activeElement === box && box.value) {
      event.preventDefault();
      box.value = "";
      document.getElementById("results").replaceChildren();
    }
  });
  // After a search that found several, the arrows and Enter go on from the first of them.
  if (box && hits().length > 0) hits()[0].focus();
  var summary = document.querySelector(".summary[tabindex]");
  if (summary) summary.focus();
  document.querySelectorAll("[data-confirm]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!window.confirm(form.dataset.confirm)) event.preventDefault();
    });
  });
  // Today refreshes itself while somebody works here: a desk left alone still signs out by itself,
  // and nothing moves under the finger or the keyboard of whoever is in the middle of a row.
  var touched = Date.now();
  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () { touched = Date.now(); });
  });
  window.setInterval(function () {
    var today = document.querySelector("[data-refresh]");
    if (!today || document.hidden || Date.now() - touched > 300000) return;
    if (today.contains(document.activeElement) || today.querySelector("details[open]")) return;
    today.dispatchEvent(new CustomEvent("desk:refresh"));
  }, 60000);
  // A form is sent once, however often a wet thumb hits the button.
  document.querySelectorAll("form[method=post]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      window.setTimeout(function () { delete form.dataset.sent; }, 4000);
    });
  });
})();
