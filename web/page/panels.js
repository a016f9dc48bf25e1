// The figures of what is computed without Monte Carlo: spectrum, σ against mass, reach.

import { csv, buttons } from "./download.js";
import { Figure } from "./figure.js";
import { coarseFirst, massGrid, massRange, xGrid } from "./grids.js";
import { shown } from "./ticks.js";

/** Methods with the names that people call them and the style of their curves. */
export const METHODS = [
  ["quadrature", "exact", "exact"],
  ["ww", "WW", "ww"],
  ["iww", "IWW", "iww"],
];
/** Relative errors of the first look and of what stays. */
const COARSE = 2e-2;
const FINE = 1e-4;
const POINTS = [25, 97];
const N_MASSES = 41;
/** Of these, the first look has every fourth. */
const N_COARSE = 11;
/** Milliseconds between two drawings of a curve that grows. */
const GROWING = 90;
/** Parts of a fine spectrum, so that a change need not wait for the whole. */
const PARTS = 6;

/** What belongs to every panel: its figure, its buttons, its error. */
class Panel {
  constructor(id, title) {
    this.section = document.getElementById(id);
    this.figure = new Figure(this.section.querySelector(".place"), id, title);
    this.error = this.section.querySelector(".error");
    this.section.querySelector("header").append(buttons(this.figure, () => csv(this.comments, this.table())));
    this.comments = [];
  }

  /** Says what is wrong, or nothing. */
  refuse(error) {
    this.error.textContent = error ? error.text : "";
    this.section.classList.toggle("stale", Boolean(error));
  }
}

export class Spectrum extends Panel {
  constructor() {
    super("spectrum", "Spectrum of the missing energy");
    this.curves = {};
  }

  /** The first look; `drawn` hears when the exact spectrum is drawn. */
  async coarse(ask, card, about, drawn) {
    const at = xGrid(about.x_range, POINTS[0]);
    const curves = {};
    for (const [method] of METHODS) {
      const { x, dsigma_dx_pb } = await ask({ ask: "spectrum", card, method, goal: COARSE, at });
      curves[method] = { x, y: dsigma_dx_pb };
      Object.assign(this, { about, curves });
      this.draw();
      drawn();
    }
  }

  /** What stays; all curves at once, so that ratios are of the same points. */
  async fine(ask, card) {
    const n = POINTS[1];
    const all = xGrid(this.about.x_range, n);
    const curves = {};
    for (const [method] of METHODS) {
      const found = { x: [], y: [] };
      for (let k = 0; k < PARTS; k += 1) {
        const at = all.slice(Math.floor((k * n) / PARTS), Math.floor(((k + 1) * n) / PARTS));
        const { x, dsigma_dx_pb } = await ask({ ask: "spectrum", card, method, goal: FINE, at });
        found.x.push(...x);
        found.y.push(...dsigma_dx_pb);
      }
      curves[method] = found;
    }
    this.curves = curves;
    this.draw();
  }

  draw() {
    const { about } = this;
    if (!about) return;
    const e0 = about.beam_energy_gev;
    const energy = this.inEnergy;
    const [fx, fy] = energy ? [e0, 1 / e0] : [1, 1];
    const drawn = METHODS.filter(([method]) => this.curves[method]);
    const parts = drawn.map(([method, label, style]) => {
      const { x, y } = this.curves[method];
      return { label, style, points: x.map((v, i) => [v * fx, y[i] * fy]) };
    });
    const exact = this.curves.quadrature;
    const ratios = drawn.slice(1);
    this.figure.show({
      x: energy ? { label: "missing energy E_miss (GeV)", short: "E_miss", range: [0, e0] } : { label: "x = E_miss / E₀", short: "x", range: [0, 1] },
      y: { label: energy ? "dσ/dE_miss (pb/GeV)" : "dσ/dx (pb)", log: true },
      parts,
      shade: about.x_cuts.map((v) => v * fx),
      lower: {
        label: "/ exact",
        range: this.ratioRange(ratios.map(([method]) => method)),
        parts: [{ style: "exact", points: [[0, 1], [fx, 1]] }].concat(
          ratios.map(([method, , style]) => ({ style, points: exact.x.map((v, i) => [v * fx, this.curves[method].y[i] / exact.y[i]]) })),
        ),
      },
      said: exact ? `Exact, ${shown(peak(exact).y)} pb at the maximum, at x = ${shown(peak(exact).x)}.` : "",
    });
  }

  /** The range of the ratios where something is left of σ: the ends of the spectrum would hide the rest. */
  ratioRange(methods) {
    const { x, y } = this.curves.quadrature;
    const [low, high] = this.about.x_cuts;
    const large = Math.max(...y) * 1e-2;
    const inside = x.map((_, i) => i).filter((i) => x[i] >= low && x[i] <= high && y[i] > large);
    const ratios = methods.flatMap((method) => inside.map((i) => this.curves[method].y[i] / y[i]));
    return [Math.max(0, Math.min(0.8, ...ratios) - 0.1), Math.min(5, Math.max(1.2, ...ratios) + 0.1)];
  }

  table() {
    const { quadrature, ww, iww } = this.curves;
    const e0 = this.about.beam_energy_gev;
    return {
      x: quadrature.x,
      e_miss_gev: quadrature.x.map((x) => x * e0),
      dsigma_dx_pb: quadrature.y,
      ww_pb: ww?.y ?? [],
      iww_pb: iww?.y ?? [],
      dsigma_de_miss_pb_per_gev: quadrature.y.map((y) => y / e0),
    };
  }
}

function peak({ x, y }) {
  const i = y.indexOf(Math.max(...y));
  return { x: x[i], y: y[i] };
}

/** Masses with what was found there, in rising order. */
class Rows {
  constructor() {
    this.rows = new Map();
  }

  add(mass, values) {
    this.rows.set(mass, { ...this.rows.get(mass), ...values });
  }

  masses() {
    return [...this.rows.keys()].sort((a, b) => a - b);
  }

  column(name) {
    return this.masses().map((mass) => this.rows.get(mass)[name]);
  }

  /** Only points that have been computed. */
  points(name) {
    const all = this.masses().map((mass) => [mass, this.rows.get(mass)[name]]);
    return all.filter(([, value]) => value !== undefined).map(([mass, value]) => [mass, value ?? NaN]);
  }
}

/** A panel of curves against mass, which grow point by point. */
class AgainstMass extends Panel {
  constructor(id, title) {
    super(id, title);
    this.rows = new Rows();
  }

  /** The first look: few masses. */
  async coarse(ask, card, about, mass) {
    const rows = new Rows();
    const masses = coarseFirst(massGrid(massRange(about, mass), N_MASSES));
    for (const at of masses.slice(0, N_COARSE)) rows.add(at, await this.at(ask, card, at, COARSE));
    Object.assign(this, { about, mass, masses, rows });
    this.draw();
    this.refuse(null);
  }

  /** All masses, new ones first. */
  async fine(ask, card) {
    const { rows, masses } = this;
    let last = performance.now();
    for (const at of [...masses.slice(N_COARSE), ...masses.slice(0, N_COARSE)]) {
      rows.add(at, await this.at(ask, card, at, FINE));
      if (performance.now() - last > GROWING) {
        this.draw();
        last = performance.now();
      }
    }
    this.draw();
  }
}

export class Masses extends AgainstMass {
  constructor() {
    super("masses", "Cross section against mass");
  }

  async at(ask, card, mass, goal) {
    const found = {};
    for (const [method] of METHODS) {
      found[method] = (await ask({ ask: "masses", card, method, goal, masses: [mass] })).sigma_pb[0];
    }
    return found;
  }

  draw() {
    const what = this.about?.process === "pair" ? "χ" : "A′";
    this.figure.show({
      x: { label: `mass of ${what} (GeV)`, short: "m", log: true },
      y: { label: "σ within the cuts (pb)", log: true },
      parts: METHODS.map(([method, label, style]) => ({ label, style, points: this.rows.points(method) })),
      mark: this.mass,
    });
  }

  table() {
    const columns = { mass_gev: this.rows.masses() };
    for (const [method] of METHODS) columns[method === "quadrature" ? "sigma_pb" : `${method}_pb`] = this.rows.column(method);
    return columns;
  }
}

const CHANNELS = { sum: ["sum", "exact"], bremsstrahlung: ["bremsstrahlung", "brems"], iww: ["the same, IWW", "iww"], rho: ["ρ", "rho"], omega: ["ω", "omega"], phi: ["φ", "phi"], jpsi: ["J/ψ", "jpsi"] };

export class Reach extends AgainstMass {
  constructor(limits) {
    super("reach", "Reach in charge against mass");
    this.limits = limits;
    this.channels = [];
  }

  async at(ask, card, mass, goal) {
    const { curves } = await ask({ ask: "reach", card, goal, masses: [mass] });
    this.channels = curves.map((curve) => curve.channel);
    return Object.fromEntries(curves.map((curve) => [curve.channel, curve.q_over_e[0]]));
  }

  draw() {
    const masses = this.rows.masses();
    const range = masses.length > 1 ? [masses[0], masses.at(-1)] : [1e-3, 3];
    const order = ["sum", "bremsstrahlung", "iww", "rho", "omega", "phi", "jpsi"].filter((c) => this.channels.includes(c));
    const mine = order.map((channel) => {
      const [label, style] = CHANNELS[channel];
      // Without mesons the bremsstrahlung is all there is.
      const alone = channel === "bremsstrahlung" && !this.channels.includes("sum");
      return { label, style: alone ? "exact" : style, points: this.rows.points(channel) };
    });
    const published = this.limits.map((limit) => ({ area: limit.q_over_e_max ?? true, points: limit.points }));
    const values = [...mine, ...published].flatMap((part) => part.points.map((p) => p[1])).filter((v) => v > 0);
    this.figure.show({
      x: { label: "mass of χ (GeV)", short: "m_χ", log: true, range },
      y: { label: "charge Q_χ/e", log: true, range: [Math.max(1e-6, Math.min(1e-3, ...values) / 2), 1] },
      parts: [...published, ...mine],
      labels: this.limits.map((limit) => ({ text: limit.experiment, points: limit.points })),
      mark: this.mass,
      said: "Charges above a curve are excluded. Shaded: published limits.",
    });
  }

  table() {
    const columns = { m_chi_gev: this.rows.masses() };
    for (const channel of this.channels) columns[channel] = this.rows.column(channel);
    return columns;
  }
}
