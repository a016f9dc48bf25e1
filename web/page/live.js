// Events as they are made: counter, histograms that fill, one event drawn.

import { buttons, csv } from "./download.js";
import { Figure } from "./figure.js";
import { svg } from "./svg.js";
import { shown } from "./ticks.js";

/** Milliseconds that one batch is to take, and how often the counter and histogram are drawn anew. */
const BATCH = 60;
const FRAME = 100;
/** How long one drawn event stays, so that it can be looked at. */
const HOLD = 1600;

const SYMBOLS = { lepton_out: "ℓ′", nucleus_out: "N′", chi: "χ", chibar: "χ̄", dark_photon: "A′", boson: "φ" };

export class Live {
  constructor(desk) {
    this.desk = desk;
    this.section = document.getElementById("live");
    this.error = this.section.querySelector(".error");
    this.button = document.getElementById("run");
    this.choice = document.getElementById("observable");
    this.picture = document.getElementById("event");
    this.figure = new Figure(document.getElementById("histogram"), "events", "Histogram of events");
    this.section.querySelector("header").append(buttons(this.figure, () => csv(this.comments, this.table())));
    this.comments = [];
    this.running = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.button.addEventListener("click", () => this.toggle());
    this.choice.addEventListener("change", () => this.drawHistogram());
    this.next = document.getElementById("next");
    this.next.addEventListener("click", () => this.drawEvent(this.latest));
    this.buttonSays();
  }

  buttonSays() {
    this.button.textContent = this.running ? "Pause" : "Go on";
    this.button.setAttribute("aria-pressed", String(this.running));
  }

  toggle() {
    this.running = !this.running;
    this.buttonSays();
    this.wake?.();
  }

  /** A new run of this card. */
  async begin(card) {
    this.comments = [`weighted events of seed ${card.seed}`];
    const refused = await this.desk.begin(async (ask) => {
      this.shown = null;
      let answer = await ask({ ask: "generate", card });
      this.take(answer);
      this.beam = answer.beam;
      let [count, rate, last, drawn] = [2000, 0, 0, 0];
      for (;;) {
        if (!this.running || document.hidden) {
          await new Promise((resolve) => {
            this.wake = resolve;
            document.addEventListener("visibilitychange", resolve, { once: true });
            setTimeout(resolve, 500);
          });
          if (!this.running || document.hidden) {
            // Still asks, so that a newer run takes over.
            await ask({ ask: "events", count: 0 });
            continue;
          }
        }
        const before = answer.n_events;
        answer = await ask({ ask: "events", count });
        const made = answer.n_events - before;
        if (made > 0) {
          const now = made / (answer.ms / 1000);
          rate = rate ? 0.9 * rate + 0.1 * now : now;
          count = Math.max(500, Math.round((rate * BATCH) / 1000));
        }
        this.rate = rate;
        this.latest = answer.event;
        const time = performance.now();
        if (time - last > FRAME) {
          this.take(answer);
          last = time;
        }
        if (time - drawn > HOLD || !drawn) {
          this.drawEvent(answer.event);
          drawn = time;
        }
      }
    });
    this.error.textContent = refused ? refused.text : "";
    this.section.classList.toggle("stale", Boolean(refused));
  }

  take(answer) {
    this.answer = answer;
    const names = answer.histograms.map((h) => h.observable);
    if ([...this.choice.options].map((o) => o.value).join() !== names.join()) {
      const kept = this.choice.value;
      this.choice.replaceChildren(...answer.histograms.map((h) => new Option(`${h.observable}`, h.observable)));
      if (names.includes(kept)) this.choice.value = kept;
      else if (names.includes("theta_lepton_rad")) this.choice.value = "theta_lepton_rad";
    }
    document.getElementById("n-events").textContent = answer.n_events.toLocaleString("en").replaceAll(",", " ");
    const rate = document.getElementById("rate");
    rate.textContent = this.rate ? `${shown(this.rate / 1e3, 3)} k/s` : "–";
    rate.dataset.value = this.rate ?? "";
    document.getElementById("mc-sigma").textContent = `${shown(answer.sigma_pb)} ± ${shown(answer.error_pb, 2)} pb`;
    this.drawHistogram();
  }

  histogram() {
    return this.answer?.histograms.find((h) => h.observable === this.choice.value);
  }

  drawHistogram() {
    const h = this.histogram();
    if (!h) return;
    const unit = h.units === "1" ? "" : h.units.replace("^2", "²");
    const peak = Math.max(...h.values);
    this.figure.show({
      x: { label: h.title + (unit ? ` (${unit})` : ""), short: plain(h.symbol), log: h.log, range: [h.edges[0], h.edges.at(-1)] },
      y: { label: `dσ/d${plain(h.symbol)} (pb${unit && `/${unit}`})`, log: true, range: peak > 0 ? [peak * 1e-5, peak * 3] : [1e-3, 1] },
      parts: [{ label: plain(h.symbol), style: "exact", edges: h.edges, values: h.values, errors: h.errors }],
      said: `${this.answer.n_events} events.`,
    });
  }

  table() {
    const h = this.histogram();
    return h ? { low: h.edges.slice(0, -1), high: h.edges.slice(1), dsigma: h.values, error: h.errors } : { low: [] };
  }

  /** Momenta in the plane of the beam and the scattered lepton, angles opened up so that they can be seen. */
  drawEvent(particles) {
    if (!particles || !this.beam) return;
    const [width, height] = [this.picture.clientWidth || 320, 210];
    const [x0, y0] = [width * 0.3, height / 2];
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
    const lepton = particles[0].p;
    const azimuth = Math.atan2(lepton[2], lepton[1]);
    const e0 = this.beam[0];
    const all = particles.map(({ role, p, mass_gev }) => {
      const kinetic = p[0] - mass_gev;
      const transverse = Math.hypot(p[1], p[2]);
      const angle = Math.atan2(transverse, p[3]);
      const phi = Math.atan2(p[2], p[1]) - azimuth;
      // A hundredth of a degree is seen as well as a right angle.
      const opened = Math.sign(Math.cos(phi) || 1) * Math.min(1.45, 0.2 * Math.log1p(angle / 1e-3));
      const size = role === "nucleus_out" ? 0.28 : 0.25 + 0.75 * Math.sqrt(Math.max(0, kinetic / e0));
      return { role, p, angle, kinetic, opened, size };
    });
    const length = width * 0.52;
    const ends = all.map((one) => [x0 + length * one.size * Math.cos(one.opened), y0 - length * one.size * Math.sin(one.opened) * 0.85]);
    root.append(svg("line", { class: "beam", x1: 8, x2: x0 - 6, y1: y0, y2: y0 }), svg("text", { x: 8, y: y0 - 8 }, `ℓ, ${shown(e0, 3)} GeV`));
    root.append(svg("line", { class: "axis", x1: x0, x2: width, y1: y0, y2: y0 }));
    const order = all.map((_, i) => i).sort((a, b) => ends[a][1] - ends[b][1]);
    let lowest = -Infinity;
    for (const i of order) {
      const { role, kinetic } = all[i];
      const [x, y] = ends[i];
      lowest = Math.max(lowest + 15, y + 4);
      root.append(svg("line", { class: `particle ${role}`, x1: x0, y1: y0, x2: x, y2: y }));
      root.append(svg("text", { x: Math.min(x + 6, width - 92), y: Math.min(height - 4, Math.max(11, lowest)) }, `${SYMBOLS[role] ?? role} ${energy(kinetic)}`));
    }
    root.append(svg("circle", { class: "vertex", cx: x0, cy: y0, r: 5 }));
    const said = all.map(({ role, kinetic, angle }) => `${role} ${energy(kinetic)} at ${shown(1e3 * angle, 3)} mrad`).join("; ");
    root.setAttribute("aria-label", `One event: ${said}`);
    this.picture.replaceChildren(root);
    const rows = all.map(({ role, p, angle }) => `<tr><th scope="row">${role}</th>${p.map((v) => `<td>${shown(v, 4)}</td>`).join("")}<td>${shown(1e3 * angle, 3)}</td></tr>`);
    document.getElementById("momenta").innerHTML = rows.join("");
  }
}

/** A symbol without the markup of figures: `*E*_{miss}` is E_miss. */
function plain(symbol) {
  return symbol.replace(/[*{}]/g, "");
}

/** A kinetic energy in the unit that suits it. */
function energy(gev) {
  const [factor, unit] = gev >= 0.1 ? [1, "GeV"] : gev >= 1e-4 ? [1e3, "MeV"] : gev >= 1e-7 ? [1e6, "keV"] : [1e9, "eV"];
  return `${shown(gev * factor, 3)} ${unit}`;
}
