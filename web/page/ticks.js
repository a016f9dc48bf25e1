// Ticks of linear and logarithmic axes, and numbers in words.

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** 10ⁿ as people write it. */
export function powerOfTen(n) {
  return "10" + [...String(n)].map((c) => SUPERSCRIPTS[c]).join("");
}

/** A number to `digits` digits: 0.0123, 12.3, 1.23 × 10⁶. */
export function shown(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size >= -3 && size < 5) return String(Number(value.toPrecision(digits)));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${Number(mantissa)} × ${powerOfTen(Number(exponent))}`;
}

/** Values of the ticks of a linear axis, about `count` of them. */
function linearTicks(low, high, count) {
  const rough = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * size).find((s) => s >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) {
    ticks.push({ value: i * step, label: String(Number((i * step).toPrecision(6))) });
  }
  return ticks;
}

/** The same of a logarithmic axis; small ticks have no label. */
function logTicks(low, high, count) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((last - first) / count));
  const ticks = [];
  const inside = (value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const near = first >= -3 && last <= 4;
  const labelled = last - first <= 2 ? [1, 2, 5] : [1];
  for (let n = first; n <= last; n += 1) {
    for (let f = 1; f < 10; f += 1) {
      const value = f * 10 ** n;
      if (!inside(value)) continue;
      if (f > 1 && last - first > 6) continue;
      const named = labelled.includes(f) && (n - first) % every === 0;
      const plain = near || n === 0 || n === 1;
      const text = plain ? String(Number(value.toPrecision(6))) : (f > 1 ? `${f}·` : "") + powerOfTen(n);
      ticks.push({ value, label: named ? text : "", small: f > 1 });
    }
  }
  return ticks;
}

/** A scale from values to pixels, with its ticks. */
export function scale(axis, [low, high], [from, to], count) {
  const f = axis.log ? Math.log10 : (v) => v;
  const inverse = axis.log ? (v) => 10 ** v : (v) => v;
  const [a, b] = [f(low), f(high)];
  const at = (value) => from + ((f(value) - a) / (b - a)) * (to - from);
  at.value = (pixel) => inverse(a + ((pixel - from) / (to - from)) * (b - a));
  at.ticks = axis.log ? logTicks(low, high, count) : linearTicks(low, high, count);
  return at;
}

/** A number for a field: short, and read back as it is. */
export function field(value) {
  if (typeof value !== "number") return value ?? "";
  const large = Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4);
  return large ? value.toExponential().replace("e+", "e") : String(value);
}
