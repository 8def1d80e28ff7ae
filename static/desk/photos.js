// Photos before they are sent: how many, and what they show. Without this the form works the same.
(function () {
  "use strict";
  function files(box) {
    var all = [];
    box.querySelectorAll("input[type=file]").forEach(function (input) {
      all = all.concat(Array.prototype.slice.call(input.files));
    });
    return all;
  }
  function show(box) {
    var chosen = files(box);
    var list = box.querySelector("[data-photos-preview]");
    list.replaceChildren();
    chosen.forEach(function (file) {
      var item = document.createElement("li");
      list.append(item);
      // Drawn, not linked: a page of the desk loads no picture but the register's own.
      createImageBitmap(file, { resizeWidth: 144 }).then(function (picture) {
        var canvas = document.createElement("canvas");
        canvas.width = picture.width;
        canvas.height = picture.height;
        canvas.getContext("2d").drawImage(picture, 0, 0);
        picture.close();
        item.append(canvas);
      }, function () { item.classList.add("photos__unreadable"); });
    });
    list.hidden = chosen.length === 0;
    var words = chosen.length ? box.dataset.some + " " + chosen.length : box.dataset.none;
    box.querySelector("[data-photos-count]").textContent = words;
  }
  document.querySelectorAll("[data-photos-inputs]").forEach(function (box) {
    box.addEventListener("change", function () { show(box); });
  });
  document.querySelectorAll("form[data-photos]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (files(form).length === 0) {
        event.preventDefault();
        form.querySelector("input[type=file]").focus();
      } else {
        form.querySelector("[data-photos-send]").setAttribute("aria-busy", "true");
      }
    });
  });
})();
