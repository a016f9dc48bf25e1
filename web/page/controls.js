// The form: experiment, beam, target, particle, cuts. Each field is a key of the card.

import { change, set, state } from "./state.js";
import { field } from "./ticks.js";

/** Fields: key, label, kind, and for sliders their ends. Units and meanings are those of the library. */
const FIELDS = [
  ["beam.lepton", "Beam", "choice"],
  ["beam.energy_gev", "Energy E₀", "log", 0.5, 1e4],
  ["target", "Target", "target"],
  ["target.form_factor", "Form factor", "choice"],
  ["dark_sector.m_chi_gev", "Mass m_χ", "log", 1e-4, 5],
  ["dark_sector.spin", "Spin of χ", "choice"],
  ["dark_sector.charge", "Charge Q_χ", "log", 1e-6, 1],
  ["cuts.x_min", "Least x", "linear", 0, 0.99],
  ["cuts.x_max", "Largest x", "linear", 0.01, 1],
];
const MORE = [
  ["cuts.lepton_angle_max_mrad", "Largest lepton angle", "log", 0.1, 3000],
  ["cuts.lepton_pt_min_gev", "Least lepton pT", "log", 1e-4, 10],
  ["cuts.chi_angle_max_mrad", "Largest χ angle", "log", 0.1, 3000],
];
const REACH = [
  ["beam.on_target", "Leptons on target", "log", 1e8, 1e18],
  ["target.thickness_cm", "Thickness", "log", 1e-3, 1e3],
  ["target.density_g_cm3", "Density", "log", 0.1, 25],
  ["reach.efficiency", "Efficiency", "linear", 0, 1],
  ["reach.events_excluded", "Events excluded", "linear", 1, 20],
];
const STEPS = 400;

const html = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

export class Controls {
  constructor(start) {
    this.keys = new Map(start.keys.map((key) => [key.key, key]));
    this.fields = new Map();
    this.experiment = document.getElementById("experiment");
    for (const card of start.cards) this.experiment.append(html("option", { value: card.name, textContent: card.name }));
    this.experiment.append(html("option", { value: "", textContent: "a card of your own", hidden: true }));
    this.experiment.addEventListener("change", () => change({ card: this.experiment.value, text: null, set: {} }));
    this.titles = new Map(start.cards.map((card) => [card.name, card.title]));
    document.getElementById("targets").append(
      ...start.elements.map(([symbol, name]) => html("option", { value: symbol, label: name })),
      ...start.materials.map((name) => html("option", { value: name, label: "material" })),
    );
    for (const [place, fields] of [["fields", FIELDS], ["fields-more", MORE], ["fields-reach", REACH]]) {
      const element = document.getElementById(place);
      for (const [key, label, kind, low, high] of fields) element.append(this.row(key, label, kind, low, high));
    }
    // Where the form stands beside the figures there is room for all of it.
    document.getElementById("more-reach").open = innerWidth > 760;
    document.getElementById("reset").addEventListener("click", () => change({ set: {} }));
  }

  row(key, label, kind, low, high) {
    const about = this.keys.get(kind === "target" ? "target.element" : key);
    const id = `f-${key.replace(".", "-")}`;
    const name = html("label", { htmlFor: id });
    name.innerHTML = label.replace(/_(χ|T)/g, "<sub>$1</sub>").replace("pT", "p<sub>T</sub>");
    const row = html("div", { className: `field ${kind}` }, name);
    row.title = about?.meaning ?? "";
    if (kind === "choice") {
      const input = html("select", { id });
      for (const choice of about?.choices ?? []) input.append(html("option", { value: choice, textContent: choice }));
      input.addEventListener("change", () => set(key, input.value));
      row.append(input);
      this.fields.set(key, { show: (value) => (input.value = typeof value === "string" ? value : "") });
      return row;
    }
    const number = html("input", { id, type: "text", inputMode: kind === "target" ? "text" : "decimal", spellcheck: false, autocomplete: "off" });
    if (kind === "target") {
      number.setAttribute("list", "targets");
      number.addEventListener("change", () => this.target(number.value.trim()));
      row.append(number);
      this.fields.set(key, { show: (value) => (number.value = value) });
      return row;
    }
    const slider = html("input", { type: "range", min: 0, max: STEPS, step: 1 });
    slider.setAttribute("aria-label", `${label.replace("_", " ")}, slider`);
    const ratio = high / low;
    const value = (t) => Number((kind === "log" ? low * ratio ** t : low + (high - low) * t).toPrecision(3));
    const place = (v) => (kind === "log" ? Math.log(v / low) / Math.log(ratio) : (v - low) / (high - low));
    slider.addEventListener("input", () => {
      number.value = field(value(slider.value / STEPS));
      slider.setAttribute("aria-valuetext", `${number.value} ${about?.unit ?? ""}`);
      set(key, number.value);
    });
    number.addEventListener("change", () => set(key, number.value.trim()));
    row.append(number, html("span", { className: "unit", textContent: about?.unit ?? "" }), slider);
    this.fields.set(key, {
      show: (v) => {
        if (document.activeElement !== number) number.value = field(v);
        if (document.activeElement !== slider && v !== undefined) slider.value = STEPS * Math.min(1, Math.max(0, place(v)));
        slider.setAttribute("aria-valuetext", v === undefined ? "not set" : `${v} ${about?.unit ?? ""}`);
      },
    });
    return row;
  }

  /** An element, a named material or a formula: each is a key of its own. */
  target(text) {
    const { "target.element": _, "target.material": __, "target.mixture": ___, ...others } = state.set;
    const element = /^[A-Z][a-z]?(-\d+)?$/.test(text);
    const material = [...document.getElementById("targets").options].some((o) => o.value === text && o.label === "material");
    const key = element ? "target.element" : material ? "target.material" : "target.mixture";
    change({ set: text ? { ...others, [key]: text } : others });
  }

  /** Shows the values of the resolved card. */
  show(values) {
    const own = state.text !== null;
    this.experiment.value = own ? "" : state.card;
    document.getElementById("about").textContent = own ? "A card of your own." : (this.titles.get(state.card) ?? "");
    document.getElementById("reset").disabled = Object.keys(state.set).length === 0;
    const target = values.target ?? {};
    for (const [key, shows] of this.fields) {
      const [section, name] = key.split(".");
      if (key === "target") shows.show(target.element ?? state.set["target.material"] ?? state.set["target.mixture"] ?? "");
      else shows.show(values[section]?.[name]);
    }
  }
}
