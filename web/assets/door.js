/* The door of a class: the camera reads codes, and what is scanned or typed is sent one by one.
 * Without this the form is sent as any other. What cannot be sent waits for the connection. */
import { makeReader } from "./parts/qr.js";

const SAME_AGAIN_MS = 4000; // how long a code may stay before the camera without counting anew
const LOOK_MS = 120;
const RETRY_MS = 3000;

const form = document.getElementById("door-form");
const field = document.getElementById("code");
const shown = document.getElementById("shown");
const waiting = document.getElementById("door-waiting");
const unsent = document.getElementById("door-unsent");

/* Sending: in order, each once; the field is free for the next one at once. */
const queue = [];
let isSending = false;
let isLost = false;

async function send(code) {
  const body = new URLSearchParams(new FormData(form));
  body.set("code", code);
  const headers = { "HX-Request": "true", "HX-Target": "shown" };
  const response = await fetch(form.action, { method: "POST", body, headers });
  const elsewhere = response.headers.get("HX-Redirect");
  if (response.status >= 500) throw new Error(`answered ${response.status}`);
  if (!elsewhere && (response.ok || response.status === 422)) {
    shown.innerHTML = await response.text();
    return;
  }
  queue.length = 0; // nobody is signed in any more, or nobody who may do this
  window.location.assign(elsewhere ?? window.location.href);
}

/* Nobody else's result stays before the person at the door, whose own is not known yet. */
function showUnsent(code) {
  const card = unsent.content.cloneNode(true);
  const isTyped = !code.includes("/");
  card.querySelector(".door-name").textContent = isTyped ? code : unsent.dataset.code;
  shown.querySelector(".door-result").replaceChildren(card);
}

function tellWaiting() {
  const words = waiting.dataset.words.replace("{count}", queue.length);
  waiting.textContent = isLost ? words : "";
  if (isLost) showUnsent(queue.at(-1));
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  while (queue.length > 0) {
    try {
      await send(queue[0]);
      queue.shift();
      isLost = false;
      tellWaiting();
    } catch {
      isLost = true;
      tellWaiting();
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
  }
  isSending = false;
}

function add(code) {
  queue.push(code);
  if (isLost) tellWaiting();
  sendAll();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  add(field.value);
  field.value = "";
  field.focus();
});
window.addEventListener("beforeunload", (event) => {
  if (queue.length > 0) event.preventDefault();
});

/* The camera. */
const camera = document.getElementById("camera");
const video = camera.querySelector("video");
const [start, stop] = camera.querySelectorAll("[data-camera]");
const trouble = camera.querySelector(".door-trouble");
let looking = 0;
let last = { code: "", at: 0 };

function tellTrouble(why) {
  trouble.textContent = why ? camera.dataset[why] : "";
  trouble.hidden = !why;
}

function showRunning(isRunning) {
  video.parentElement.hidden = !isRunning;
  stop.hidden = !isRunning;
  start.hidden = isRunning;
}

function take(code) {
  const now = Date.now();
  const isSame = code === last.code && now - last.at < SAME_AGAIN_MS;
  last = { code, at: now };
  if (!isSame) add(code);
}

async function open() {
  tellTrouble("");
  if (!navigator.mediaDevices) return tellTrouble("insecure");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } },
    });
  } catch (error) {
    return tellTrouble(error.name === "NotAllowedError" ? "refused" : "missing");
  }
  showRunning(true);
  stop.focus();
  await video.play();
  const read = await makeReader();
  const mine = ++looking;
  while (mine === looking) {
    const code = await read(video);
    if (code && mine === looking) take(code);
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

function close() {
  looking += 1;
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  showRunning(false);
  start.focus();
}

camera.hidden = false;
start.addEventListener("click", open);
stop.addEventListener("click", close);
