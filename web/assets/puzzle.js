/* Solves the sign-in page's puzzle: a number whose hash with the challenge begins with enough
 * zero bits. It starts when the page is there and is done before anybody has typed. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const SLICE_MS = 12;

function hasZeros(digest, bits) {
  const whole = bits >> 3;
  for (let index = 0; index < whole; index += 1) if (digest[index] !== 0) return false;
  return digest[whole] >> (8 - (bits & 7)) === 0;
}

async function solve(challenge, bits) {
  for (let proof = 0; ; ) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      if (hasZeros(sha256(utf8ToBytes(`${challenge}.${proof}`)), bits)) return String(proof);
      proof += 1;
    }
    await new Promise((resolve) => setTimeout(resolve)); // let the page breathe
  }
}

for (const form of document.querySelectorAll("form[data-puzzle]")) {
  const field = form.elements.namedItem("proof");
  const solved = solve(form.dataset.puzzle, Number(form.dataset.bits)).then((proof) => {
    field.value = proof;
  });
  form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    solved.then(() => form.requestSubmit(event.submitter));
  });
}
