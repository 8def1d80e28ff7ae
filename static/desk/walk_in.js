// The walk-in by keyboard: Enter in the search box takes the first one found and goes on.
(function () {
  "use strict";
  var form = document.querySelector("[data-walk]");
  if (!form) return;
  var box = document.getElementById("id_q");
  var people = document.getElementById("people");

  function choose(radio) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function first() { return people.querySelector("input[name=person]"); }
  var wanted = false;
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" && first()) {
      event.preventDefault();
      first().focus();
      choose(first());
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (first()) {
      choose(first());
      document.getElementById("id_craft").focus();
    } else {
      wanted = true; // typed faster than the answer comes
    }
  });
  box.addEventListener("input", function () { wanted = false; });
  // A restored form is given its list of people again, and the one who was chosen.
  window.addEventListener("load", function () {
    if (box.value && form.dataset.draftPerson && !first() && window.htmx) {
      window.htmx.ajax("POST", box.getAttribute("hx-post"), { source: box, target: "#people", values: { q: box.value } });
    }
  });
  people.addEventListener("htmx:afterSwap", function () {
    var kept = form.dataset.draftPerson && people.querySelector("input[value='" + form.dataset.draftPerson + "']");
    delete form.dataset.draftPerson;
    if (kept) choose(kept);
    if (!wanted || !first()) return;
    wanted = false;
    choose(first());
    document.getElementById("id_craft").focus();
  });
})();
