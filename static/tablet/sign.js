// The signatures: strokes are kept until the register has them, whatever the connection does.
(function () {
  "use strict";
  var form = document.getElementById("sign");
  if (!form) return;
  var problem = document.getElementById("sign-problem");

  function drawable(pad) {
    var pen = pad.getContext("2d");
    var strokes = [];
    var stroke = null;

    function point(event) {
      var box = pad.getBoundingClientRect();
      return [
        Math.min(1000, Math.max(0, Math.round(((event.clientX - box.left) / box.width) * 1000))),
        Math.min(360, Math.max(0, Math.round(((event.clientY - box.top) / box.height) * 360)))
      ];
    }
    function line(from, to) {
      pen.strokeStyle = window.getComputedStyle(pad).color;
      pen.lineWidth = 5;
      pen.lineCap = pen.lineJoin = "round";
      pen.beginPath();
      pen.moveTo(from[0], from[1]);
      pen.lineTo(to[0], to[1]);
      pen.stroke();
    }
    pad.addEventListener("pointerdown", function (event) {
      event.preventDefault();
      pad.setPointerCapture(event.pointerId);
      stroke = [point(event)];
      strokes.push(stroke);
      line(stroke[0], stroke[0]);
    });
    pad.addEventListener("pointermove", function (event) {
      if (!stroke) return;
      var to = point(event);
      line(stroke[stroke.length - 1], to);
      stroke.push(to);
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      pad.addEventListener(name, function () { stroke = null; });
    });
    document.querySelector("[data-clear='" + pad.id + "']").addEventListener("click", function () {
      strokes.length = 0;
      pen.clearRect(0, 0, pad.width, pad.height);
      say("");
    });
    return function () {
      return strokes.map(function (one) {
        return one.map(function (at) { return at.join(","); }).join(" ");
      }).join(";");
    };
  }
  function say(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }
  var renter = drawable(document.getElementById("pad"));
  var firm = drawable(document.getElementById("firm-pad"));
  function answered(response) {
    if (response.redirected) {
      window.location.assign(response.url);
      return null;
    }
    return response.text().then(function (html) {
      var told = new DOMParser().parseFromString(html, "text/html").getElementById("sign-problem");
      say(told ? told.textContent : form.dataset.offline);
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (form.dataset.sending) return;
    if (!renter()) { say(form.dataset.empty); return; }
    if (!firm()) { say(form.dataset.firm); return; }
    form.dataset.sending = "yes";
    say("");
    document.getElementById("strokes").value = renter();
    document.getElementById("firm_strokes").value = firm();
    window.fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" })
      .then(answered)
      .catch(function () { say(form.dataset.offline); })
      .finally(function () { delete form.dataset.sending; });
  });
})();
