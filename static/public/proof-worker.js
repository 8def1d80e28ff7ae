// Finds the number whose hash, with the salt before it, is the challenge (ALTCHA, SHA-256).

const encoder = new TextEncoder();

async function hash(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function find({ challenge, salt, max_number: most }) {
  for (let number = 0; number <= most; number += 1) {
    if ((await hash(salt + number)) === challenge) {
      return number;
    }
  }
  return null;
}

self.addEventListener("message", async (event) => {
  const puzzle = JSON.parse(event.data);
  const number = await find(puzzle);
  const { algorithm, challenge, salt, signature } = puzzle;
  const proof = number === null ? "" : btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  self.postMessage(proof);
});
