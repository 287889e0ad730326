/* Names that are taken twice are told by the check, and can be mended here.
 *
 * The library would refuse to open such a form at all.
 */
import { PathRegistry } from "@bpmn-io/form-js";

class FreePaths extends PathRegistry {
  static $inject = ["formFieldRegistry", "formFields", "injector"];

  canClaimPath() {
    return true;
  }

  claimPath() {}

  unclaimPath() {}
}

export default { pathRegistry: ["type", FreePaths] };
