/* Lets the FEEL fields of the panel know the functions that there are here. */
import { FeelLanguageContext, Group, ListGroup } from "@bpmn-io/properties-panel";
import { jsx } from "@bpmn-io/properties-panel/preact/jsx-runtime";
import { LANGUAGE } from "../../feel.js";

const around = (Component) => (props) =>
  jsx(FeelLanguageContext.Provider, { value: LANGUAGE, children: jsx(Component, props) });

// Made once: a component that is another one each time would lose the focus of its fields.
const KNOWING = new Map([Group, ListGroup].map((each) => [each, around(each)]));

/** The group, with our functions known in all its fields. */
export function knowFunctions(group) {
  return { ...group, component: KNOWING.get(group.component) ?? group.component };
}
