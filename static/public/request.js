// Solves the form's puzzle in a worker while the person writes, so that sending waits for nothing.
// Without JavaScript the form is sent without a proof, and the server allows fewer tries.

const form = document.querySelector("[data-proof-form]");
const errors = document.querySelector("#errors");

function solve(input, worker) {
  return new Promise((resolve) => {
    worker.addEventListener("message", (event) => {
      input.value = event.data;
      resolve();
    });
    worker.addEventListener("error", () => resolve());
    worker.postMessage(input.dataset.challenge);
  });
}

function start() {
  const input = form.querySelector("[data-challenge]");
  const status = form.querySelector("[data-proof-status]");
  const button = form.querySelector("[type=submit]");
  const solved = solve(input, new Worker(form.dataset.worker));
  let sent = false;

  form.addEventListener("submit", async (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    if (input.value) {
      return;
    }
    event.preventDefault();
    status.textContent = status.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    await solved;
    form.submit();
  });

  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", () => {
    sent = false;
    status.textContent = "";
    button.removeAttribute("aria-disabled");
  });
}

// A download leaves the page standing: say where the package went.
const fetching = document.querySelector("[data-fetch]");
fetching?.addEventListener("submit", () => {
  const status = fetching.querySelector("[data-fetch-status]");
  setTimeout(() => {
    status.textContent = status.dataset.done;
  }, 1500);
});

if (errors) {
  errors.focus();
}

if (form && window.Worker && window.crypto?.subtle) {
  start();
}
