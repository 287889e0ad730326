/* What every page runs: parts of pages by htmx, and small comforts. Nothing depends on it. */
import htmx from "htmx.org";
import "./parts/comforts.js";

// The Content-Security-Policy forbids both: style elements made by scripts, and eval.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
