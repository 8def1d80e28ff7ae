// Passkeys: asks the browser for one and posts what it gives. Without this the password and the
// app's code work as ever.
(function () {
  "use strict";
  var json = window.webauthnJSON;
  var form = document.getElementById("passkey-form");
  var problem = document.getElementById("passkey-problem");
  function given() {
    return JSON.parse(document.getElementById("js_data").textContent);
  }
  var ways = {
    create: function () {
      var options = given().creation_options;
      options.publicKey.authenticatorSelection = {
        residentKey: "required", requireResidentKey: true, userVerification: "required",
      };
      return json.create(options);
    },
    get: function () {
      return json.get(given().request_options);
    },
    fetch: function () {
      return fetch(form.action, { headers: { Accept: "application/json" } })
        .then(function (answer) {
          if (!answer.ok) throw new Error("no challenge");
          return answer.json();
        })
        .then(function (data) {
          return json.get(data.request_options);
        });
    },
  };
  var button = form && form.querySelector("[data-passkey]");
  if (!button || !json || !window.PublicKeyCredential) return;
  // A passkey belongs to a name: at a bare address such as 127.0.0.1 no browser makes or uses one.
  if (/^[\d.]+$|:/.test(window.location.hostname)) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    problem.hidden = true;
    button.disabled = true;
    ways[button.dataset.passkey]()
      .then(function (credential) {
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      })
      .catch(function () {
        button.disabled = false;
        problem.hidden = false;
        problem.scrollIntoView({ block: "nearest" });
      });
  });
})();
