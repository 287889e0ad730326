/* Phone pictures that are too large, drawn again smaller. */

const LONGEST_SIDES = [3000, 2400, 1800, 1200];
const QUALITY = 0.82;

/** Returns the picture as a JPEG of at most so many bytes, or null where that cannot be done. */
export async function makeSmaller(file, mostBytes) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  for (const side of LONGEST_SIDES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (blob && blob.size <= mostBytes) {
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    }
  }
  return null;
}
