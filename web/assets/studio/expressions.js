/* Ends the libraries' editors of expressions when they are taken off the page. The libraries only
 * let go of them, and each would go on listening to the window, with the panel it stood in. */
import { EditorView } from "@codemirror/view";

/** Watches everything below `root` from now on. */
export function endExpressions(root) {
  new MutationObserver((changes) => {
    for (const { removedNodes } of changes) {
      for (const node of removedNodes) if (node.nodeType === Node.ELEMENT_NODE) endWithin(node);
    }
  }).observe(root, { childList: true, subtree: true });
}

function endWithin(node) {
  if (node.isConnected) return; // it only went to another place
  const inside = node.matches(".cm-editor") ? [node] : node.querySelectorAll(".cm-editor");
  for (const each of inside) EditorView.findFromDOM(each)?.destroy();
}
