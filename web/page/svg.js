// Elements of SVG from plain objects.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; texts are children too. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Points as a path; a point that is not finite makes a gap. */
export function path(points) {
  let pen = "M";
  let text = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = "M";
      continue;
    }
    text += `${pen}${x.toFixed(2)},${y.toFixed(2)}`;
    pen = "L";
  }
  return text;
}
