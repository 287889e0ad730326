/* The icons of the product's sprite, whose address the page says (data-icons). */
const SVG = "http://www.w3.org/2000/svg";

export function drawIcon(name) {
  const { icons } = document.querySelector("[data-icons]").dataset;
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${name}`);
  icon.append(use);
  return icon;
}
