/* How long a timer waits: a number of minutes, hours or days, or an expression. */
import { say } from "../../words.js";
import { choice, feel, text } from "./entries.js";

const UNITS = { minutes: ["PT", "M"], hours: ["PT", "H"], days: ["P", "D"] };
const COMPUTED = "=";
const AMOUNT = /^[1-9]\d{0,4}$/;

/** `{amount, unit}` of a duration in one unit; undefined for any other. */
function readDuration(body) {
  for (const [unit, [before, after]] of Object.entries(UNITS)) {
    const amount = body.startsWith(before) && body.endsWith(after) && body.slice(before.length, -1);
    if (amount && AMOUNT.test(amount)) return { amount, unit };
  }
  return undefined;
}

const writeDuration = (amount, unit) => UNITS[unit].join(amount);

/** The fields of a duration: `get()` and `set(body)` read and write what stands in the diagram. */
export function durationEntries(get, set) {
  const held = readDuration(get());
  const isComputed = !held && Boolean(get());
  const unit = isComputed ? COMPUTED : (held?.unit ?? "days");
  const amounts = text(
    "timer-amount",
    say("panel.timer_amount"),
    () => readDuration(get())?.amount ?? "",
    (amount) => set(amount ? writeDuration(amount, unit) : ""),
    { validate: (amount) => (!amount || AMOUNT.test(amount) ? null : say("panel.amount_wrong")) },
  );
  const computed = feel("timer", say("panel.timer_value"), get, set, {
    feel: "optional",
    description: say("panel.timeDuration_hint"),
  });
  const units = choice(
    "timer-unit",
    say("panel.timer_unit"),
    () => unit,
    (value) => {
      const amount = held?.amount ?? "1";
      set(value === COMPUTED ? `=duration("${writeDuration(amount, unit)}")` : writeDuration(amount, value));
    },
    () => [
      ...Object.keys(UNITS).map((value) => ({ value, label: say(`panel.unit_${value}`) })),
      { value: COMPUTED, label: say("panel.computed") },
    ],
    { empty: null },
  );
  return isComputed ? [units, computed] : [amounts, units];
}
