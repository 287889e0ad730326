/* Opens documents with the libraries of Camunda Modeler: reads {path: text} from its input, writes
   {path: [warnings, the text as the library writes it]} to its output. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = createRequire(new URL("../../web/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(modules.resolve(name)));
const { BpmnModdle } = await load("bpmn-moddle");
const { DmnModdle } = await load("dmn-moddle");
const zeebe = modules("zeebe-bpmn-moddle/resources/zeebe.json");
const modeler = {
  name: "Modeler",
  uri: "http://camunda.org/schema/modeler/1.0",
  prefix: "modeler",
  xml: { tagAlias: "lowerCase" },
  types: [
    {
      name: "Definitions",
      extends: ["bpmn:Definitions"],
      properties: ["executionPlatform", "executionPlatformVersion"].map((name) => ({
        name,
        isAttr: true,
        type: "String",
      })),
    },
  ],
};

/** What the library has to say, with what it does not know: it keeps that aside in silence. */
async function read(moddle, text) {
  const { rootElement, warnings } = await moddle.fromXML(text);
  const { xml } = await moddle.toXML(rootElement, { format: true });
  const unknown = [];
  const seen = new Set();
  const look = (element) => {
    if (!element || typeof element !== "object" || seen.has(element)) return;
    seen.add(element);
    if (element.$type && !element.$descriptor?.isGeneric) {
      for (const name of Object.keys(element.$attrs ?? {})) {
        if (!/^xmlns|^modeler:|^xsi:/.test(name)) unknown.push(`${element.$type} ${name}`);
      }
    } else if (element.$type) {
      unknown.push(element.$type);
    }
    for (const each of Object.values(element)) {
      if (Array.isArray(each)) each.forEach(look);
      else if (each?.$type) look(each);
    }
  };
  look(rootElement);
  return [[...warnings.map((each) => each.message), ...unknown], xml];
}

const answers = {};
for (const [path, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const moddle = path.endsWith(".bpmn") ? new BpmnModdle({ zeebe, modeler }) : new DmnModdle();
  try {
    answers[path] = await read(moddle, text);
  } catch (error) {
    answers[path] = [[error.message], ""];
  }
}
process.stdout.write(JSON.stringify(answers));
