/* Lets a token run through the drawing. The library's own switch and log are not used. */
import animation from "bpmn-js-token-simulation/lib/animation";
import coloredScopes from "bpmn-js-token-simulation/lib/features/colored-scopes";
import contextPads from "bpmn-js-token-simulation/lib/features/context-pads";
import disableModeling from "bpmn-js-token-simulation/lib/features/disable-modeling";
import elementSupport from "bpmn-js-token-simulation/lib/features/element-support";
import exclusiveGateways from "bpmn-js-token-simulation/lib/features/exclusive-gateway-settings";
import inclusiveGateways from "bpmn-js-token-simulation/lib/features/inclusive-gateway-settings";
import neutralColors from "bpmn-js-token-simulation/lib/features/neutral-element-colors";
import palette from "bpmn-js-token-simulation/lib/features/palette";
import pause from "bpmn-js-token-simulation/lib/features/pause-simulation";
import reset from "bpmn-js-token-simulation/lib/features/reset-simulation";
import speed from "bpmn-js-token-simulation/lib/features/set-animation-speed";
import showScopes from "bpmn-js-token-simulation/lib/features/show-scopes";
import state from "bpmn-js-token-simulation/lib/features/simulation-state";
import toggleMode from "bpmn-js-token-simulation/lib/features/toggle-mode/modeler";
import tokenCount from "bpmn-js-token-simulation/lib/features/token-count";
import simulator from "bpmn-js-token-simulation/lib/simulator";

export default {
  __depends__: [
    simulator,
    animation,
    coloredScopes,
    contextPads,
    state,
    showScopes,
    elementSupport,
    pause,
    reset,
    tokenCount,
    speed,
    exclusiveGateways,
    inclusiveGateways, // the library asks for it, drawn or not
    neutralColors,
    palette,
    disableModeling,
    toggleMode,
  ],
};
