/* Draws tables as charts. The table is the same for who does not see the picture, and is closed
 * only where a picture stands in for it. SVG: no style element, so the content policy holds. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const ROW = 40;
const MANY = 60;

const style = getComputedStyle(document.documentElement);
const { fontFamily } = getComputedStyle(document.body);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
/* Applied, passed, deferred, not passed, returned: cinnabar is what was returned. */
const palette = ["blue", "green", "amber", "line-strong", "cinnabar"].map(colour);

/** The heads and rows of a table as texts and numbers. */
function read(table) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) =>
    [...row.cells].map((cell) => cell.textContent.trim()),
  );
  return { heads, rows };
}

function describe(kind, { heads, rows }) {
  const words = { fontFamily, fontSize: 13, color: colour("ink-soft") };
  const names = { type: "category", data: rows.map((row) => row[0]), axisLabel: words };
  const counts = { type: "value", minInterval: 1, axisLabel: words };
  const isBars = kind === "bars";
  return {
    animation: false,
    color: isBars ? [colour("cinnabar")] : palette,
    textStyle: { fontFamily, color: colour("ink") },
    grid: { left: 8, right: isBars ? 40 : 16, top: isBars ? 8 : 56, bottom: 8, containLabel: true },
    legend: { show: !isBars, top: 0, left: 0, icon: "roundRect", textStyle: words },
    // Not of HTML: its styles would offend the content policy.
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: words },
    xAxis: isBars ? counts : names,
    yAxis: isBars ? { ...names, inverse: true } : counts,
    series: heads.slice(1).map((name, place) => ({
      name,
      // What comes first lies above: where all is nothing one sees one line.
      z: heads.length - place,
      type: isBars ? "bar" : "line",
      barWidth: 20,
      label: { show: isBars, position: "right", ...words },
      showSymbol: rows.length < MANY,
      symbolSize: 5,
      data: rows.map((row) => Number(row[place + 1])),
    })),
  };
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const table = document.getElementById(place.dataset.table);
  const data = read(table);
  place.hidden = false;
  if (place.dataset.chart === "bars") place.style.height = `${(data.rows.length + 1) * ROW}px`;
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(describe(place.dataset.chart, data));
  table.closest("details").open = false;
  new ResizeObserver(() => chart.resize()).observe(place);
}
