// A half-filled form survives a reload of this tab, for whoever filled it in. It goes when the form
// has been taken, when somebody else signs in, and with the tab. Nothing secret is kept.
(function () {
  "use strict";
  var PREFIX = "draft:";
  var LEFT_OUT = /^(csrfmiddlewaretoken|seen|agreed|go|password|strokes|firm_strokes|.*(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)$/;
  var owner = document.body.dataset.draftOwner || "";
  var store;
  try { store = window.sessionStorage; } catch (refused) { return; }

  function names() { return Object.keys(store).filter(function (key) { return key.indexOf(PREFIX) === 0; }); }
  function read(key) {
    try { return JSON.parse(store.getItem(key)); } catch (broken) { return null; }
  }
  var forms = Array.prototype.slice.call(document.querySelectorAll("form[data-draft]"));
  names().forEach(function (key) {
    var kept = read(key);
    var here = forms.some(function (form) { return PREFIX + form.dataset.draft === key; });
    if (!kept || !owner || kept.owner !== owner || (kept.sent && !here)) store.removeItem(key);
  });
  if (!owner) return;

  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && !LEFT_OUT.test(field.name) && ["file", "password", "submit", "button"].indexOf(field.type) < 0 &&
        field.tagName !== "FIELDSET";
    });
  }
  function keep(form, sent) {
    var values = fields(form).map(function (field) {
      var boxed = field.type === "checkbox" || field.type === "radio";
      return [field.name, boxed ? (field.checked ? field.value : null) : field.value];
    });
    try {
      store.setItem(PREFIX + form.dataset.draft, JSON.stringify({ owner: owner, sent: sent, values: values }));
    } catch (full) { /* the form works without it */ }
  }
  function rows(form, name) {
    // Rows of marks that were added by tapping are added again before they are filled.
    var add = form.querySelector("[data-marks-add]");
    var before = -1;
    while (add && /^marks-\d+-zone$/.test(name) && !form.elements[name] && form.elements.length !== before) {
      before = form.elements.length;
      add.click();
    }
  }
  function restore(form, kept) {
    var changed = false;
    kept.values.forEach(function (pair) {
      rows(form, pair[0]);
      if (pair[0] === "person" && pair[1]) { form.dataset.draftPerson = pair[1]; changed = true; }
      fields(form).forEach(function (field) {
        if (field.name !== pair[0]) return;
        if (field.type === "checkbox" || field.type === "radio") {
          if (pair[1] !== null && field.value === pair[1] && !field.checked) { field.checked = changed = true; }
          if (pair[1] === null && field.type === "checkbox" && field.checked) { field.checked = false; changed = true; }
        } else if (pair[1] !== null && field.value !== pair[1]) {
          field.value = pair[1];
          changed = true;
        }
        var hidden = pair[1] && field.closest("details, [data-mark]");
        if (hidden && hidden.tagName === "DETAILS" && field.value) hidden.open = hidden.open || field.defaultValue !== field.value;
        if (hidden && hidden.tagName !== "DETAILS" && /-zone$/.test(field.name) && field.value) hidden.hidden = false;
      });
    });
    if (changed) form.dispatchEvent(new Event("change", { bubbles: true }));
    return changed;
  }
  forms.forEach(function (form) {
    var kept = read(PREFIX + form.dataset.draft);
    if (kept && !document.getElementById("error-summary") && restore(form, kept)) {
      var told = document.createElement("p");
      told.className = "notice";
      told.setAttribute("role", "status");
      told.textContent = document.body.dataset.draftTold + " ";
      var clear = document.createElement("button");
      clear.type = "button";
      clear.className = "btn btn--small";
      clear.textContent = document.body.dataset.draftClear;
      clear.addEventListener("click", function () {
        store.removeItem(PREFIX + form.dataset.draft);
        window.location.assign(window.location.href);
      });
      told.append(clear);
      form.prepend(told);
    }
    form.addEventListener("input", function () { keep(form, false); });
    form.addEventListener("change", function () { keep(form, false); });
    form.addEventListener("submit", function () { keep(form, true); });
    form.addEventListener("keydown", function (event) {
      // Ctrl+Enter sends the form from wherever one is in it.
      var send = form.querySelector("[data-go], .btn--primary[type=submit]");
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && send) { event.preventDefault(); send.click(); }
    });
  });
  document.querySelectorAll("form[action$='logout/'], form[action*='/logout']").forEach(function (form) {
    form.addEventListener("submit", function () { names().forEach(function (key) { store.removeItem(key); }); });
  });
})();
