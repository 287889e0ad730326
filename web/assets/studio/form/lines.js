/* One component stands in a line: where it stands beside others, its width says. */
import { FormLayouter } from "@bpmn-io/form-js";

const ROW_CONTAINER = "fjs-drop-container-horizontal";

/** Gives every component a row of its own, of a name that stays, so that nothing is drawn anew. */
class Lines extends FormLayouter {
  static $inject = ["eventBus"];

  calculateLayout(holder) {
    for (const each of holder.components ?? []) each.layout = { row: `Row_${each.id}` };
    super.calculateLayout(holder);
  }
}

export default { formLayouter: ["type", Lines] };

/** Nothing is dropped into a line; lines are dragged as wholes. */
export function dropBetweenLines(editor) {
  const dragging = editor.get("dragging");
  const create = dragging.createDragulaInstance;
  dragging.createDragulaInstance = (options) =>
    create.call(dragging, { ...options, container: options.container.filter((each) => each !== ROW_CONTAINER) });
}
