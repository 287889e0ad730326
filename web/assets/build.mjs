/* Bundles what browsers load into web/static/dist, with hashed names.
 *
 * Every .js and .css file right in this folder is an entry; icons.txt names the icons of the
 * sprite icons.svg. `manifest.json` says which hashed file each plain name is:
 * {"main.js": "main-7YQX2Q5T.js", "main.css": …, "icons.svg": …}. Scripts are ES modules.
 * The fonts of the documents that the server makes lie beside them, under their own names.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const assets = dirname(fileURLToPath(import.meta.url));
const web = dirname(assets);
const dist = join(web, "static", "dist");

/** The entries, in the order of their names. */
async function findEntries() {
  const names = await readdir(assets);
  return names
    .filter((name) => /\.(js|css)$/.test(name))
    .sort()
    .map((name) => join(assets, name));
}

/** The form editor draws with an older preact than others do; all its parts must use that one. */
const onePreact = {
  name: "one-preact",
  setup({ onResolve, resolve }) {
    const parts = /@bpmn-io[/\\]form-js|assets[/\\]studio[/\\]form/;
    const editor = join(web, "node_modules", "@bpmn-io", "form-js-editor");
    onResolve({ filter: /^preact(\/|$)/ }, ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === "resolved" || !parts.test(resolveDir)) return null;
      return resolve(path, { kind, resolveDir: editor, pluginData: "resolved" });
    });
  },
};

/** Bundles the entries; answers the plain and hashed names of what came of each. */
async function bundle(entryPoints) {
  const { metafile } = await build({
    entryPoints,
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    metafile: true,
    absWorkingDir: web,
    logLevel: "warning",
    legalComments: "eof",
    plugins: [onePreact],
    loader: { ".eot": "empty", ".svg": "file", ".ttf": "file", ".woff": "file", ".woff2": "file" },
  });
  const named = [];
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue;
    const name = basename(output.entryPoint);
    named.push([name, basename(path)]);
    if (output.cssBundle) {
      named.push([name.replace(/\.js$/, ".css"), basename(output.cssBundle)]);
    }
  }
  return { named, written: Object.keys(metafile.outputs).map((path) => basename(path)) };
}

/** How all icons are drawn; how thick and in which colour, the page's style says. */
const lines =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" ' +
  'stroke-linecap="round" stroke-linejoin="round"';

/** Draws the sprite: `<svg class="icon"><use href="…/icons-….svg#bell"></use></svg>`. */
async function drawIcons() {
  const names = (await readFile(join(assets, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(web, "node_modules", "@tabler", "icons", "icons", "outline", `${name}.svg`);
      const drawing = await readFile(path, "utf8");
      const paths = drawing.match(/<path[^>]*>/g).filter((path) => !path.includes('stroke="none"'));
      return `<symbol id="${name}" ${lines}>${paths.join("")}</symbol>`;
    }),
  );
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
  const hash = createHash("sha256").update(sprite).digest("hex").slice(0, 8).toUpperCase();
  const file = `icons-${hash}.svg`;
  await writeFile(join(dist, file), sprite);
  return file;
}

/** The fonts of documents that the server makes; answers their names. */
async function copyFonts() {
  const fonts = join(web, "node_modules", "@expo-google-fonts", "noto-sans-sc");
  const names = ["400Regular", "700Bold"].map((weight) => {
    const file = `NotoSansSC-${weight.replace(/\d+/, "")}.ttf`;
    return [join(fonts, weight, `NotoSansSC_${weight}.ttf`), file];
  });
  await Promise.all(names.map(([from, file]) => copyFile(from, join(dist, file))));
  return names.map(([, file]) => file);
}

/** Refuses two files of one plain name: diagram.css beside a diagram.js that imports styles. */
function makeManifest(named) {
  const manifest = {};
  for (const [name, file] of named.sort()) {
    if (manifest[name]) throw new Error(`${name} comes of two entries`);
    manifest[name] = file;
  }
  return manifest;
}

await mkdir(dist, { recursive: true });
const { named, written } = await bundle(await findEntries());
const icons = await drawIcons();
const fonts = await copyFonts();
const manifest = makeManifest([...named, ["icons.svg", icons]]);
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

const current = new Set([...written, ...fonts, icons, "manifest.json"]);
for (const name of await readdir(dist)) {
  if (!current.has(name)) await rm(join(dist, name));
}
