// Puts the page together: loads the library, and on every change asks for what is shown.

import { CardPanel } from "./card.js";
import { Controls } from "./controls.js";
import { Desk, Refused, flavour, load } from "./desk.js";
import { Live } from "./live.js";
import { Masses, Reach, Spectrum } from "./panels.js";
import { onChange, restore, state, change } from "./state.js";
import { shown } from "./ticks.js";

/** Relative errors of the numbers: at first, and of those that are shown with digits. */
const ROUGH = 1e-2;
const DIGITS = 1e-6;
/** Milliseconds of quiet before a new run of events begins. */
const QUIET = 300;

const status = document.getElementById("status");
const alarm = document.getElementById("alarm");

async function begin() {
  const name = flavour();
  const module = await load(name);
  // The worker's text is put in by web/bundle.mjs.
  const desks = [0, 1, 2].map(() => new Desk(module, globalThis.millibremWorker));
  const start = (await desks[0].ask({ ask: "start" })).answer;
  document.getElementById("version").textContent = `${start.version}, ${name === "simd" ? "with" : "without"} SIMD`;
  restore(location.hash.slice(1), start.cards.map((card) => card.name));
  const page = { desks, controls: new Controls(start), card: new CardPanel(start.cards), spectrum: new Spectrum(), masses: new Masses(), reach: new Reach(start.limits), live: new Live(desks[2]) };
  document.getElementById("show-x").addEventListener("click", () => change({ x: "x" }));
  document.getElementById("show-e").addEventListener("click", () => change({ x: "e_miss" }));
  onChange(() => update(page));
  addEventListener("hashchange", () => {
    restore(location.hash.slice(1), start.cards.map((card) => card.name));
    update(page);
  });
  update(page);
}

/** Computes and draws everything anew: a first look on a desk that is never busy for long, then the rest. */
async function update(page) {
  const { desks, spectrum, masses, reach, controls } = page;
  const [quick, slow] = desks;
  const asked = performance.now();
  const card = page.card.question();
  const { dataset } = document.documentElement;
  spectrum.inEnergy = state.x === "e_miss";
  document.getElementById("show-x").setAttribute("aria-pressed", String(!spectrum.inEnergy));
  document.getElementById("show-e").setAttribute("aria-pressed", String(spectrum.inEnergy));
  dataset.state = "busy";
  delete dataset.curves;
  clearTimeout(page.timer);
  slow.begin(async () => {});
  const drawn = () => {
    if (dataset.state !== "busy") return;
    dataset.state = "drawn";
    dataset.redraw = (performance.now() - asked).toFixed(1);
    dataset.firstPlot ??= performance.now().toFixed(0);
    status.textContent = `drawn in ${Math.round(dataset.redraw)} ms, refining`;
  };
  let about = null;
  const broken = await quick.begin(async (ask) => {
    about = await ask({ ask: "card", card });
    alarm.textContent = "";
    controls.show(about.values);
    page.card.show(about);
    facts(about);
    const comments = [`millibrem ${document.getElementById("version").textContent}`, ...about.toml.split("\n")];
    for (const panel of [spectrum, masses, reach]) panel.comments = comments;
  });
  if (broken) {
    // The card itself is wrong: nothing on the page belongs to it.
    page.card.show(null);
    dataset.state = "refused";
    status.textContent = "";
    alarm.textContent = broken.text;
    for (const panel of [spectrum, masses, reach]) panel.refuse({ text: "" });
    return;
  }
  if (!about) return;
  page.timer = setTimeout(() => page.live.begin({ ...card, seed: about.values.run.seed }), QUIET);
  const { m_chi_gev, m_dark_photon_gev, m_mediator_gev } = about.values.dark_sector;
  const mass = m_chi_gev ?? m_dark_photon_gev ?? m_mediator_gev;
  const refusals = new Map();
  await quick.begin(async (ask) => {
    for (const panel of [spectrum, masses, reach]) {
      try {
        await panel.coarse(ask, card, about, panel === spectrum ? drawn : mass);
        panel.refuse(null);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refusals.set(panel, error);
        panel.refuse(error.error);
      }
      if (panel === spectrum && !refusals.has(panel)) await numbers(ask, card, about, ROUGH);
    }
    fine();
  });

  async function fine() {
    if (refusals.has(spectrum)) {
      clearNumbers();
      status.textContent = "";
      dataset.state = "refused";
    }
    const refused = await slow.begin(async (ask) => {
      if (!refusals.has(spectrum)) {
        await spectrum.fine(ask, card);
        await numbers(ask, card, about, DIGITS);
        status.textContent = `drawn in ${Math.round(dataset.redraw)} ms, fine in ${Math.round(performance.now() - asked)} ms`;
        dataset.state = "done";
      }
      for (const panel of [masses, reach]) if (!refusals.has(panel)) await panel.fine(ask, card);
      dataset.curves = "done";
    });
    if (refused) alarm.textContent = refused.text;
  }
}

function put(id, text, value) {
  const element = document.getElementById(id);
  element.textContent = text;
  element.dataset.value = value ?? "";
}

/** Kinematics of the card. */
function facts(about) {
  const [low, high] = about.x_range ?? [NaN, NaN];
  put("sqrt-s", `${shown(about.sqrt_s_gev, 4)} GeV`, about.sqrt_s_gev);
  put("x-range", `${shown(low, 2)} to ${shown(high, 4)}`);
  put("m-max", `${shown(about.m_pair_max_gev, 4)} GeV`, about.m_pair_max_gev);
}

/** σ, its approximations, events and the charge excluded at this mass. */
async function numbers(ask, card, about, goal) {
  const sigma = {};
  for (const method of ["quadrature", "ww", "iww"]) sigma[method] = (await ask({ ask: "sigma", card, method, goal })).value_pb;
  const digits = goal === ROUGH ? 2 : 6;
  put("sigma", `${shown(sigma.quadrature, digits)} pb`, sigma.quadrature);
  for (const method of ["ww", "iww"]) put(`ratio-${method}`, shown(sigma[method] / sigma.quadrature, Math.min(4, digits)), sigma[method]);
  const { on_target } = about.values.beam;
  const events = on_target * about.nuclei_per_cm2 * sigma.quadrature * 1e-36;
  put("events", Number.isFinite(events) && about.nuclei_per_cm2 ? shown(events, 3) : "–", events);
}

function clearNumbers() {
  for (const id of ["sigma", "ratio-ww", "ratio-iww", "events"]) put(id, "–");
}

begin().catch((error) => {
  alarm.textContent = `The page cannot start: ${error.message}`;
});
