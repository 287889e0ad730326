/* Draws tables as charts. The table is the same for who does not see the picture, and is closed
 * only where a picture stands in for it. SVG: no style element, so the content policy holds. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const style = getComputedStyle(document.documentElement);
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
  const words = { fontFamily: style.fontFamily, color: colour("ink-soft") };
  const names = { type: "category", data: rows.map((row) => row[0]), axisLabel: words };
  const counts = { type: "value", minInterval: 1, axisLabel: words };
  const isBars = kind === "bars";
  return {
    animation: false,
    color: isBars ? [colour("cinnabar")] : palette,
    textStyle: { fontFamily: style.fontFamily, color: colour("ink") },
    grid: { left: 8, right: 16, top: isBars ? 8 : 56, bottom: 8, containLabel: true },
    legend: isBars ? undefined : { type: "plain", top: 0, left: 0, icon: "roundRect" },
    xAxis: isBars ? counts : names,
    yAxis: isBars ? { ...names, inverse: true } : counts,
    series: heads.slice(1).map((name, place) => ({
      name,
      type: isBars ? "bar" : "line",
      barMaxWidth: 28,
      symbolSize: 5,
      data: rows.map((row) => Number(row[place + 1])),
    })),
  };
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const table = document.getElementById(place.dataset.table);
  place.hidden = false;
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(describe(place.dataset.chart, read(table)));
  table.closest("details").open = false;
  new ResizeObserver(() => chart.resize()).observe(place);
}
