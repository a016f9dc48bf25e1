// One figure: axes, curves, steps with errors, excluded regions, a key, a cursor that reads values.
//
// A figure is drawn anew as a whole from a description:
//   { x: { label, log, range, unit }, y: { … }, parts: [{ label, style, points | edges, … }], shade, mark }
// `style` names a colour and a dash of style.css, so that curves differ without colour. The part of a
// description that is read by the cursor has a `label`.

import { path, svg } from "./svg.js";
import { scale, shown } from "./ticks.js";

const MARGIN = { left: 62, right: 12, top: 26, bottom: 40 };
/** Room of a letter of the key, in pixels. */
const LETTER = 7.2;

export class Figure {
  /** A figure in the element `place`, called `name` in files. */
  constructor(place, name, title) {
    this.place = place;
    this.name = name;
    this.title = title;
    this.description = null;
    place.classList.add("figure");
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${title}. Left and right arrow keys read values.`);
    this.root = svg("svg", { role: "img", "aria-label": title });
    this.readout = document.createElement("output");
    this.readout.className = "readout";
    this.readout.setAttribute("aria-live", "polite");
    place.append(this.root, this.readout);
    this.cursor = null;
    place.addEventListener("pointermove", (event) => this.point(event.clientX - this.root.getBoundingClientRect().left));
    place.addEventListener("pointerleave", () => this.point(null));
    place.addEventListener("blur", () => this.point(null));
    place.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(place);
  }

  /** Shows another description. */
  show(description) {
    this.description = description;
    this.draw();
  }

  key(event) {
    const step = { ArrowLeft: -8, ArrowRight: 8, Home: -1e6, End: 1e6 }[event.key];
    if (event.key === "Escape") this.point(null);
    if (!step || !this.frame) return;
    event.preventDefault();
    const { left, right } = this.frame;
    this.point(Math.min(right, Math.max(left, (this.cursor ?? (left + right) / 2) + step)));
  }

  /** Moves the cursor to a pixel from the left, or takes it away. */
  point(pixel) {
    this.cursor = pixel;
    this.drawCursor();
  }

  draw() {
    const d = this.description;
    const width = Math.max(260, this.place.clientWidth);
    const height = Math.max(160, this.place.clientHeight);
    if (!d) return;
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.setAttribute("width", width);
    this.root.setAttribute("height", height);
    const rows = keyRows(d.parts, width - MARGIN.left - MARGIN.right);
    const top = 10 + 16 * rows.length;
    const lower = d.lower ? Math.round((height - top - MARGIN.bottom) * 0.3) : 0;
    const frame = { left: MARGIN.left, right: width - MARGIN.right, top, bottom: height - MARGIN.bottom - lower };
    this.frame = frame;
    const ranges = { x: d.x.range ?? range(d.parts, 0, d.x.log), y: d.y.range ?? range(d.parts, 1, d.y.log) };
    this.root.replaceChildren();
    this.clip(frame, "main");
    const x = scale(d.x, ranges.x, [frame.left, frame.right], width < 420 ? 4 : 7);
    const y = scale(d.y, ranges.y, [frame.bottom, frame.top], Math.max(3, Math.floor((frame.bottom - frame.top) / 32)));
    this.x = x;
    if (d.shade) this.root.append(shade(d.shade, x, frame));
    this.axes(d, x, y, frame, !lower);
    this.root.append(content(d.parts, x, y, frame, this.clipName("main")));
    if (d.labels) this.root.append(labels(d.labels, x, y, frame));
    if (lower) {
      const below = { left: frame.left, right: frame.right, top: frame.bottom + 8, bottom: height - MARGIN.bottom };
      const ratio = scale(d.lower, d.lower.range, [below.bottom, below.top], 3);
      this.clip(below, "lower");
      this.axes({ x: d.x, y: d.lower }, x, ratio, below, true);
      this.root.append(content(d.lower.parts, x, ratio, below, this.clipName("lower")));
      this.bottom = below.bottom;
    } else {
      this.bottom = frame.bottom;
    }
    this.root.append(key(rows, frame));
    if (d.mark) this.root.append(mark(d.mark, x, frame, this.bottom));
    this.hair = svg("line", { class: "hair", y1: frame.top, y2: this.bottom, visibility: "hidden" });
    this.root.append(this.hair);
    this.root.setAttribute("aria-label", `${this.title}. ${d.said ?? ""}`);
    this.drawCursor();
  }

  clipName(part) {
    return `clip-${this.name}-${part}`;
  }

  clip(frame, part) {
    const rect = svg("rect", { x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top });
    this.root.append(svg("clipPath", { id: this.clipName(part) }, rect));
  }

  axes(d, x, y, frame, withX) {
    const group = svg("g", { class: "axes" });
    for (const tick of x.ticks) {
      const at = x(tick.value);
      group.append(svg("line", { x1: at, x2: at, y1: frame.bottom, y2: frame.bottom - (tick.small ? 3 : 6) }));
      if (!tick.small) group.append(svg("line", { class: "grid", x1: at, x2: at, y1: frame.top, y2: frame.bottom }));
      if (withX && tick.label) group.append(svg("text", { x: at, y: frame.bottom + 15, "text-anchor": "middle" }, tick.label));
    }
    for (const tick of y.ticks) {
      const at = y(tick.value);
      group.append(svg("line", { x1: frame.left, x2: frame.left + (tick.small ? 3 : 6), y1: at, y2: at }));
      if (!tick.small) group.append(svg("line", { class: "grid", x1: frame.left, x2: frame.right, y1: at, y2: at }));
      if (tick.label) group.append(svg("text", { x: frame.left - 7, y: at + 4, "text-anchor": "end" }, tick.label));
    }
    group.append(svg("rect", { class: "frame", x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top }));
    if (withX) {
      const middle = (frame.left + frame.right) / 2;
      group.append(svg("text", { class: "label", x: middle, y: frame.bottom + 33, "text-anchor": "middle" }, d.x.label));
    }
    const at = `translate(14 ${(frame.top + frame.bottom) / 2}) rotate(-90)`;
    group.append(svg("text", { class: "label", transform: at, "text-anchor": "middle" }, d.y.label));
    this.root.append(group);
  }

  drawCursor() {
    const d = this.description;
    if (!this.hair) return;
    const at = this.cursor;
    const inside = at !== null && at >= this.frame.left && at <= this.frame.right;
    this.hair.setAttribute("visibility", inside ? "visible" : "hidden");
    if (!inside) {
      this.readout.textContent = "";
      return;
    }
    this.hair.setAttribute("x1", at);
    this.hair.setAttribute("x2", at);
    const value = this.x.value(at);
    const read = d.parts.filter((part) => part.label).map((part) => [part.label, valueAt(part, value, d)]);
    const texts = read.filter(([, v]) => v !== null).map(([label, v]) => `${label} ${shown(v)}`);
    this.readout.textContent = `${d.x.short ?? d.x.label} ${shown(value)}: ${texts.join(", ") || "nothing here"}`;
  }
}

/** The value of a part at `x`, between its points as it is drawn. */
function valueAt(part, x, d) {
  if (part.edges) {
    const i = part.edges.findIndex((edge, k) => edge <= x && x < part.edges[k + 1]);
    return i < 0 ? null : part.values[i];
  }
  const { points } = part;
  const i = points.findIndex(([at], k) => k > 0 && points[k - 1][0] <= x && x <= at);
  if (i < 1) return null;
  const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
  if (!(y0 > 0 && y1 > 0)) return null;
  const f = d.x.log ? Math.log(x / x0) / Math.log(x1 / x0) : (x - x0) / (x1 - x0);
  return d.y.log ? y0 * (y1 / y0) ** f : y0 + f * (y1 - y0);
}

/** The range of what is drawn, with some room. */
function range(parts, axis, log) {
  const values = parts.flatMap((part) => (part.edges ? [part.edges, part.values][axis] : part.points.map((p) => p[axis])));
  const good = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (good.length === 0) return log ? [1, 10] : [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const v of good) [low, high] = [Math.min(low, v), Math.max(high, v)];
  if (axis === 0) return low < high ? [low, high] : [low * 0.5, high * 2 || 1];
  if (log) {
    // Six decades below the largest value say all.
    low = Math.max(low, high * 1e-6);
    return [low / 1.5, high * 2];
  }
  return [Math.min(0, low), high * 1.08 || 1];
}

function content(parts, x, y, frame, clip) {
  const group = svg("g", { "clip-path": `url(#${clip})` });
  for (const part of parts) {
    if (part.edges) group.append(...steps(part, x, y, frame));
    else if (part.area) {
      group.append(svg("path", { class: "excluded", d: area(part, x, y, frame) }));
      group.append(svg("path", { class: "edge", d: path(part.points.map(([a, b]) => [x(a), y(b)])) }));
    } else group.append(svg("path", { class: `curve ${part.style}`, d: path(part.points.map(([a, b]) => [x(a), b > 0 || !y.log ? y(b) : NaN])) }));
  }
  return group;
}

/** The region above a curve, up to its upper edge or the frame. */
function area(part, x, y, frame) {
  const points = part.points.map(([a, b]) => [x(a), y(b)]);
  if (points.length === 0) return "";
  const top = part.area === true ? frame.top : Math.max(frame.top, y(part.area));
  return `${path(points)}L${points.at(-1)[0]},${top}L${points[0][0]},${top}Z`;
}

/** A histogram as steps, its errors as bars. */
function steps(part, x, y, frame) {
  const { edges, values, errors } = part;
  const level = (v) => (v > 0 ? y(v) : frame.bottom + 4);
  const points = values.flatMap((v, i) => [[x(edges[i]), level(v)], [x(edges[i + 1]), level(v)]]);
  const filled = `M${x(edges[0])},${frame.bottom}${path(points).replace("M", "L")}L${x(edges.at(-1))},${frame.bottom}Z`;
  const bars = values.map((v, i) => {
    if (!(v > 0)) return "";
    const middle = (x(edges[i]) + x(edges[i + 1])) / 2;
    return `M${middle.toFixed(1)},${level(v - errors[i]).toFixed(1)}V${level(v + errors[i]).toFixed(1)}`;
  });
  return [svg("path", { class: "filled", d: filled }), svg("path", { class: `curve ${part.style}`, d: path(points) }), svg("path", { class: "bars", d: bars.join("") })];
}

/** What the cuts take away. */
function shade([low, high], x, frame) {
  const group = svg("g", { class: "cut" });
  const clamp = (v) => Math.min(frame.right, Math.max(frame.left, v));
  for (const [a, b] of [[frame.left, clamp(x(low))], [clamp(x(high)), frame.right]]) {
    if (b - a > 0.5) group.append(svg("rect", { x: a, y: frame.top, width: b - a, height: frame.bottom - frame.top }));
    if (b - a > 60) group.append(svg("text", { x: (a + b) / 2, y: frame.bottom - 8, "text-anchor": "middle" }, "cut away"));
  }
  return group;
}

/** A line that marks one value of x. */
function mark(value, x, frame, bottom) {
  const at = x(value);
  if (!(at >= frame.left && at <= frame.right)) return svg("g");
  return svg("line", { class: "mark", x1: at, x2: at, y1: frame.top, y2: bottom });
}

/** The entries of the key, broken into rows. */
function keyRows(parts, width) {
  const rows = [[]];
  let used = 0;
  for (const part of parts.filter((p) => p.label && !p.area)) {
    const size = 42 + LETTER * part.label.length;
    if (used + size > width && used > 0) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1).push({ part, at: used });
    used += size;
  }
  return rows;
}

function key(rows, frame) {
  const group = svg("g", { class: "key" });
  rows.forEach((row, i) => {
    const y = 12 + 16 * i;
    for (const { part, at } of row) {
      const x = frame.left + at;
      group.append(svg("line", { class: `curve ${part.style}`, x1: x, x2: x + 20, y1: y - 4, y2: y - 4 }));
      group.append(svg("text", { x: x + 25, y }, part.label));
    }
  });
  return group;
}

/** Names at curves, each where there is room for it. */
function labels(list, x, y, frame) {
  const group = svg("g", { class: "names" });
  const taken = [];
  for (const { text, points } of list) {
    const size = 5.6 * text.length + 4;
    const places = points.map(([a, b]) => [x(a) + 3, y(b) - 4]);
    // The lowest points first: that is where a limit matters.
    places.sort((p, q) => q[1] - p[1]);
    const free = ([left, base]) =>
      left > frame.left && left + size < frame.right && base - 10 > frame.top && base < frame.bottom &&
      taken.every((box) => left > box[2] || left + size < box[0] || base < box[1] || base - 10 > box[3]);
    const place = places.find(free);
    if (!place) continue;
    taken.push([place[0], place[1] - 10, place[0] + size, place[1]]);
    group.append(svg("text", { x: place[0], y: place[1] }, text));
  }
  return group;
}
