/* What stands at the head of a JPEG, and how it is put right: resolution and least size. */

const START = 0xd8;
const SCAN = 0xda;
const APP0 = 0xe0;
const EXIF = 0xe1;
const COMMENT = 0xfe;
const PER_CM = 2.54;
const LONGEST_SEGMENT = 65_533;

/** The segments before the picture's data: [{marker, start, end}], from marker to marker. */
function* segments(bytes) {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    const end = at + 2 + ((bytes[at + 2] << 8) | bytes[at + 3]);
    yield { marker, start: at, end };
    if (marker === SCAN) return;
    at = end;
  }
}

/** Whether these bytes begin like a JPEG. */
export function isJpeg(bytes) {
  return bytes[0] === 0xff && bytes[1] === START && bytes[2] === 0xff;
}

/** The lower resolution of both directions as the file says it, in dots an inch; null if it does not. */
export function readDpi(bytes) {
  for (const { marker, start } of segments(bytes)) {
    if (marker !== APP0 || String.fromCharCode(...bytes.subarray(start + 4, start + 8)) !== "JFIF") continue;
    const unit = bytes[start + 11];
    const least = Math.min(
      (bytes[start + 12] << 8) | bytes[start + 13],
      (bytes[start + 14] << 8) | bytes[start + 15],
    );
    if (unit === 1) return least;
    if (unit === 2) return Math.round(least * PER_CM);
  }
  return null;
}

/** The head that says a resolution: JFIF 1.1, no small picture in it. */
const jfif = (dpi) => [0xff, APP0, 0, 16, ...[..."JFIF\0"].map((each) => each.charCodeAt(0)), 1, 1, 1, dpi >> 8, dpi & 255, dpi >> 8, dpi & 255, 0, 0];

/** The same picture with this resolution and no Exif, filled up to a size by an empty comment. */
export function finish(bytes, { dpi, least }) {
  const kept = [...segments(bytes)].filter(({ marker }) => marker !== APP0 && marker !== EXIF);
  const head = kept.filter(({ marker }) => marker !== SCAN).map(({ start, end }) => bytes.subarray(start, end));
  const data = bytes.subarray(kept.at(-1).start);
  const parts = [Uint8Array.of(0xff, START), Uint8Array.from(jfif(dpi)), ...head, data];
  const missing = least - parts.reduce((sum, { length }) => sum + length, 0);
  if (missing > 0) parts.splice(2, 0, comment(Math.min(missing, LONGEST_SEGMENT)));
  return new Blob(parts, { type: "image/jpeg" });
}

function comment(size) {
  const filler = new Uint8Array(size + 4).fill(0x20);
  filler.set([0xff, COMMENT, (size + 2) >> 8, (size + 2) & 255]);
  return filler;
}
