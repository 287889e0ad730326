/* Reading QR codes out of what a camera sees: by the browser where it can, else by ourselves. */
import { decodeQR } from "qr/decode.js";

const WIDEST = 800; // enough for a code that fills a fifth of the picture, and quick

/** Answers a function that takes a video and answers the text of the code in it, or "". */
export async function makeReader() {
  const known = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (!known.includes("qr_code")) return readOurselves;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => {
    try {
      const [found] = await detector.detect(video);
      return found?.rawValue ?? "";
    } catch {
      return ""; // the camera has no picture yet
    }
  };
}

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });

/** Reads the code in a video, or in a picture; "" where there is none. */
export function readOurselves(picture) {
  const width = picture.videoWidth || picture.width;
  const height = picture.videoHeight || picture.height;
  if (!width) return "";
  const scale = Math.min(1, WIDEST / width);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return ""; // no code in this picture
  }
}
