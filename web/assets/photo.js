/* A photo for the certificate: cropped and compressed to the figures that it must have, here in
 * the browser, before anything is sent. Without this script a file that fits is sent as it is.
 *
 * The editor of a page says which field it serves and what its photo must be like. The field may
 * be drawn anew while the page stands; around it may stand places for what was chosen
 * (data-photo-shown, -none, -said, -camera, -send). */
import Cropper from "cropperjs";
import "cropperjs/dist/cropper.css";
import "./style/cropping.css";
import { finish, isJpeg, readDpi } from "./parts/jpeg.js";

const LARGEST_SIDE = 2000; // enough for a face that fills a tenth of the picture
const MOST_ZOOM = 6;
const QUALITY_STEP = 0.02;
const LEAST_QUALITY = 0.3;
const HEAD_BYTES = 64; // what the head may add to a picture as the browser wrote it
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const editor = document.getElementById("photo-editor");
const stage = editor?.querySelector(".photo-stage");
const zoom = editor?.querySelector("[data-zoom]");
const preview = editor?.querySelector("[data-preview]");
const warning = editor?.querySelector("[data-warning]");

const words = editor?.dataset;
const rules = words && readRules();

/** Inputs whose file is made: it goes on its way as any other file does. */
const finished = new WeakSet();
let cropper = null;
let field = null;
let leastZoom = 1;

/** What the photo must be like: {width, height, least, most, dpi}, bytes and pixels. */
function readRules() {
  const names = ["width", "height", "least", "most", "dpi"];
  return Object.fromEntries(names.map((name) => [name, Number(words[name])]));
}

const isPhoto = ({ type, name }) => type === "file" && name === words.field;
const findField = () => [...document.querySelectorAll("input[type=file]")].find(isPhoto);

/* What a file is. */

async function measure(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const picture = await createImageBitmap(file).catch(() => null);
  return { bytes, picture, size: file.size, dpi: isJpeg(bytes) ? readDpi(bytes) : null, isJpeg: isJpeg(bytes) };
}

const fits = ({ picture, size, dpi, isJpeg: isOne }) =>
  isOne &&
  picture.width === rules.width &&
  picture.height === rules.height &&
  size >= rules.least &&
  size <= rules.most &&
  dpi >= rules.dpi;

function describe({ picture, size, dpi }) {
  return words.figures
    .replace("{width}", picture.width)
    .replace("{height}", picture.height)
    .replace("{size}", (size / 1024).toFixed(1))
    .replace(/ K\b/, "\u00a0K")
    .replace("{resolution}", dpi === null ? words.noDpi : words.withDpi.replace("{dpi}", dpi));
}

/* The page: what was chosen, and what is wrong with it. */

const place = (name) => document.querySelector(`[data-photo-${name}]`);

function tell(sentence, isWrong = false) {
  const own = place("said");
  const said = own ?? field.closest("[data-slot]").querySelector("[data-progress]");
  said.textContent = sentence;
  said.classList.toggle(own ? "is-wrong" : "invalid-feedback", isWrong);
  if (!own) said.classList.toggle("d-block", isWrong);
}

/** Puts a file into the field and shows it; whoever listens to the field takes it from here. */
function take(file, found, sentence) {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  field.files = chosen.files;
  finished.add(field);
  tell(sentence);
  if (place("shown")) show(file, found);
  field.dispatchEvent(new Event("change", { bubbles: true }));
  place("send")?.focus();
}

/** Shows what was chosen, where the page has a place for it. */
function show(file, found) {
  const shown = place("shown");
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    shown.querySelector("img").src = reader.result;
    shown.hidden = false;
  });
  reader.readAsDataURL(file);
  shown.querySelector("[data-photo-figures]").textContent = describe(found);
  place("none").hidden = true;
}

/** Looks at a chosen file: takes one that fits as it is, else leads to the editor. */
async function look(file) {
  finished.delete(field);
  tell("");
  const found = await measure(file);
  if (!found.picture) {
    field.value = "";
    return tell(/\.hei[cf]$/i.test(file.name) ? words.heic : words.unreadable, true);
  }
  if (fits(found)) return take(file, found, words.fits);
  editor.querySelector("[data-found]").textContent = describe(found);
  edit(found.picture);
}

/* The editor. */

/** The picture on a canvas, not larger than is of use, turned as the camera was held. */
function draw(picture) {
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  return paint(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
}

function paint(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // what is transparent is white
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** What lies in the frame, made smaller by halves: browsers that do it at once leave steps. */
function crop({ width, height }) {
  let canvas = cropper.getCroppedCanvas({ fillColor: "#fff", imageSmoothingQuality: "high" });
  while (canvas.width > 2 * width) canvas = paint(canvas, Math.round(canvas.width / 2), Math.round(canvas.height / 2));
  return paint(canvas, width, height);
}

function edit(picture) {
  const image = new Image();
  image.alt = "";
  image.src = draw(picture).toDataURL("image/jpeg", 0.95);
  cropper?.destroy();
  stage.querySelector(".photo-picture").replaceChildren(image);
  editor.showModal();
  cropper = new Cropper(image, {
    viewMode: 3, // the picture always fills the frame
    aspectRatio: rules.width / rules.height,
    autoCropArea: 1,
    dragMode: "move",
    cropBoxMovable: false,
    cropBoxResizable: false,
    toggleDragModeOnDblclick: false,
    checkOrientation: false,
    restore: false,
    modal: false,
    guides: false,
    center: false,
    highlight: false,
    background: false,
    ready: () => measureZoom(),
    crop: () => foresee(),
    zoom: ({ detail }) => {
      if (leastZoom && detail.ratio > leastZoom * MOST_ZOOM) cropper.zoomTo(leastZoom * MOST_ZOOM);
      else zoom.value = detail.ratio / leastZoom;
    },
  });
  stage.focus();
}

/** How far out one can go: until the picture just fills the frame. */
function measureZoom() {
  const { width, naturalWidth } = cropper.getImageData();
  leastZoom = width / naturalWidth;
  zoom.min = 1;
  zoom.max = MOST_ZOOM;
  zoom.value = 1;
  foresee();
}

/** Draws what would be sent, as large as it will be, and says when it would be blurred. */
function foresee() {
  const canvas = crop(rules);
  preview.width = rules.width;
  preview.height = rules.height;
  preview.getContext("2d").drawImage(canvas, 0, 0);
  warning.hidden = Math.round(cropper.getData().width) >= rules.width;
}

function move(across, down, isFar = false) {
  const far = isFar ? 20 : 4;
  cropper.move(across * far, down * far);
}

function turn(degrees) {
  cropper.rotate(degrees);
  cropper.zoomTo(0.001); // as far out as it goes
  measureZoom();
}

const encode = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/** The best picture that is not too large, filled up where even the best one is too small. */
async function compress(canvas) {
  for (let quality = 1; quality > LEAST_QUALITY; quality -= QUALITY_STEP) {
    const blob = await encode(canvas, quality);
    if (blob.size > rules.most - HEAD_BYTES) continue;
    return finish(new Uint8Array(await blob.arrayBuffer()), rules);
  }
  return null;
}

async function use() {
  const blob = await compress(crop(rules));
  if (!blob) return tell(words.unreadable, true);
  const file = new File([blob], "photo.jpg", { type: "image/jpeg" });
  const found = { picture: rules, size: file.size, dpi: rules.dpi };
  editor.close("used");
  take(file, found, words.fitted);
}

const ACTS = {
  use,
  left: () => turn(-90),
  right: () => turn(90),
  in: () => cropper.zoom(0.1),
  out: () => cropper.zoom(-0.1),
};

if (editor) {
  document.addEventListener(
    "change",
    (event) => {
      const { target } = event;
      if (target.matches("[data-photo-camera]")) {
        field = findField();
        if (target.files[0]) look(target.files[0]);
      } else if (isPhoto(target) && !finished.has(target)) {
        event.stopImmediatePropagation();
        field = target;
        if (target.files[0]) look(target.files[0]);
      }
      // A file that was made is heard of once; the next one is looked at again.
      if (field) finished.delete(field);
    },
    true,
  );
  editor.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]")?.dataset.act;
    if (Object.hasOwn(ACTS, act ?? "")) ACTS[act]();
    else if (act in STEPS) move(...STEPS[act]);
  });
  zoom.addEventListener("input", () => cropper.zoomTo(leastZoom * Number(zoom.value)));
  stage.addEventListener("keydown", (event) => {
    if (Object.hasOwn(STEPS, event.key)) move(...STEPS[event.key], event.shiftKey);
    else if (event.key === "+" || event.key === "=") ACTS.in();
    else if (event.key === "-") ACTS.out();
    else return;
    event.preventDefault();
  });
  editor.addEventListener("close", () => {
    if (editor.returnValue !== "used" && field) {
      field.value = "";
      delete field.dataset.replaces;
    }
    editor.returnValue = "";
    cropper?.destroy();
    cropper = null;
  });
  field = findField();
  if (field && !place("said")) tell(words.offer);
  for (const camera of document.querySelectorAll("[data-photo-camera]")) camera.closest("label").hidden = false;
}
