/* Puts the modeller together from its parts. */
import Modeler from "bpmn-js/lib/Modeler";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import { CloudElementTemplatesPropertiesProviderModule } from "bpmn-js-element-templates";
import {
  BpmnPropertiesPanelModule,
  BpmnPropertiesProviderModule,
  ZeebePropertiesProviderModule,
} from "bpmn-js-properties-panel";
import ZeebeBehaviorsModule from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import drawing from "./drawing.js";
import editing from "./editing.js";
import forms from "./forms.js";
import linting from "./linting.js";
import naming from "./naming.js";
import offered from "./offered.js";
import panel from "./panel/provider.js";
import placing from "./placing.js";
import simulation from "./simulation.js";
import translating from "./translating.js";
import variables from "./variables.js";

/** Makes the modeller on a canvas with its panel; `studio` is what our own parts are told. */
export function makeModeler({ canvas, panel: parent, studio }) {
  return new Modeler({
    container: canvas,
    propertiesPanel: { parent, feelPopupContainer: document.body },
    studio,
    moddleExtensions: { zeebe },
    additionalModules: [
      translating,
      naming,
      variables,
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      CloudElementTemplatesPropertiesProviderModule,
      ZeebeBehaviorsModule,
      CreateAppendAnythingModule,
      simulation,
      editing,
      drawing,
      forms,
      linting,
      offered,
      panel,
      placing,
    ],
  });
}
