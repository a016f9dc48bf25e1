// Figures and numbers as files.

/** Properties of style.css that a figure needs on its own. */
const PROPERTIES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-opacity", "font-family", "font-size", "font-style", "font-weight", "paint-order"];

/** A text or blob as a file. */
export function save(name, content, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A figure as SVG that stands alone: every style is written into it. */
export function standalone(root) {
  const copy = root.cloneNode(true);
  const from = root.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(from[i]);
    const said = PROPERTIES.map((p) => [p, style.getPropertyValue(p)]).filter(([, v]) => v && v !== "normal");
    element.setAttribute("style", said.map(([p, v]) => `${p}:${v}`).join(";"));
    element.removeAttribute("class");
  });
  const box = root.viewBox.baseVal;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", box.width);
  ground.setAttribute("height", box.height);
  ground.setAttribute("fill", getComputedStyle(root.parentElement.closest("section")).backgroundColor);
  copy.prepend(ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/** A figure as PNG, three pixels a pixel. */
export async function png(root) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(root))}`;
  await image.decode();
  const box = root.viewBox.baseVal;
  const canvas = Object.assign(document.createElement("canvas"), { width: 3 * box.width, height: 3 * box.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Columns as CSV; numbers with all digits, comments first. */
export function csv(comments, columns) {
  const names = Object.keys(columns);
  const rows = Array.from(columns[names[0]] ?? [], (_, i) => names.map((name) => columns[name][i] ?? "").join(","));
  return [...comments.map((line) => `# ${line}`), names.join(","), ...rows, ""].join("\n");
}

/** The three buttons of a figure. */
export function buttons(figure, table) {
  const group = document.createElement("div");
  group.className = "save";
  const add = (text, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", `Download ${figure.title} as ${text}`);
    button.addEventListener("click", act);
    group.append(button);
  };
  add("SVG", () => save(`${figure.name}.svg`, standalone(figure.root), "image/svg+xml"));
  add("PNG", async () => save(`${figure.name}.png`, await png(figure.root), "image/png"));
  add("CSV", () => save(`${figure.name}.csv`, table(), "text/csv"));
  return group;
}
