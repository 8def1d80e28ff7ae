// A revealed value hides by itself, can be copied, and does not come back with the page: its
// address becomes the person's, so that "reload" and "back" ask nothing and show nothing.
(function () {
  "use strict";
  var box = document.querySelector("[data-hide-after]");
  if (!box) return;
  var value = box.querySelector("#revealed");
  var left = box.querySelector("[data-left]");
  var copy = box.querySelector("[data-copy]");
  var ends = Date.now() + Number(box.dataset.hideAfter) * 1000;
  var words = left.textContent;
  window.history.replaceState(null, "", box.dataset.page);
  function hide() {
    window.clearInterval(ticking);
    box.textContent = box.dataset.mask;
    box.className = "mask";
  }
  function tick() {
    var seconds = Math.ceil((ends - Date.now()) / 1000);
    if (seconds <= 0) hide();
    else left.textContent = words.replace(box.dataset.hideAfter, String(seconds));
  }
  var ticking = window.setInterval(tick, 1000);
  window.addEventListener("pagehide", hide);
  box.querySelector("[data-hide]").addEventListener("click", function (event) {
    event.preventDefault();
    hide();
  });
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", function () {
      navigator.clipboard.writeText(value.textContent).then(function () {
        copy.textContent = copy.dataset.copied;
      });
    });
  }
  value.focus();
})();
