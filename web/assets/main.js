/* What every page runs: menus of the design system, and parts of pages by htmx. */
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";

// The Content-Security-Policy forbids both: style elements made by scripts, and eval.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
