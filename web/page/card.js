// The card behind the page: text to copy, edit, download, drop in; the lines that give the same elsewhere.

import { save } from "./download.js";
import { change, state } from "./state.js";

/** Milliseconds after the last letter before an edited card is read. */
const PAUSE = 400;
/** Bytes beyond which a file is no card. */
const MAX_CARD = 1 << 20;

export class CardPanel {
  constructor(cards) {
    this.cards = new Map(cards.map((card) => [card.name, card.text]));
    this.text = document.getElementById("toml");
    this.text.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => change({ text: this.text.value, set: {} }), PAUSE);
    });
    this.button("copy-card", () => this.text.value);
    this.button("copy-command", () => document.getElementById("command").textContent);
    this.button("copy-python", () => document.getElementById("python").textContent);
    this.button("copy-link", () => location.href);
    document.getElementById("save-card").addEventListener("click", () => save(`${this.name ?? "card"}.toml`, this.text.value, "application/toml"));
    const file = document.getElementById("open-card");
    file.addEventListener("change", () => this.open(file.files[0]));
    addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      this.open(event.dataTransfer.files[0]);
    });
  }

  async open(file) {
    if (!file) return;
    const text = file.size > MAX_CARD ? `# ${file.name} has more than a mebibyte: it is no card` : await file.text();
    change({ text, set: {} });
  }

  button(id, text) {
    const button = document.getElementById(id);
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text()).then(() => (button.textContent = "Copied"), () => (button.textContent = "Select and copy"));
      setTimeout(() => (button.textContent = label), 1500);
    });
  }

  /** The card as the library takes it. */
  question() {
    const text = state.text ?? this.cards.get(state.card);
    const file = state.text === null ? `${state.card}.toml` : "card.toml";
    return { text, file, set: Object.entries(state.set) };
  }

  /** Shows the card that was read, or the text that could not be. */
  show(about) {
    const { text } = this.question();
    this.name = about?.name;
    const changed = about && Object.keys(state.set).length > 0;
    if (document.activeElement !== this.text) this.text.value = changed ? about.toml : text;
    document.getElementById("command").textContent = commands();
    document.getElementById("python").textContent = python();
  }
}

function quoted(text) {
  return /^[\w.+=:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function commands() {
  const card = state.text === null ? `cards/${state.card}.toml` : "card.toml";
  const sets = Object.entries(state.set).map(([key, value]) => ` \\\n  --set ${quoted(`${key}=${value}`)}`).join("");
  const lines = [
    `millibrem sigma ${card} --method quadrature --rel-error 1e-6${sets}`,
    `millibrem spectrum ${card} --method quadrature --bins 50${sets}`,
    `millibrem compare ${card}${sets}`,
    `millibrem reach ${card} \\\n  --over dark_sector.m_chi_gev=1e-3..1:log:40${sets}`,
    `millibrem generate ${card}${sets}`,
  ];
  return lines.join("\n");
}

function python() {
  const load = state.text === null ? `mb.Card.load("${state.card}")` : 'mb.Card.load("card.toml")';
  const value = (text) => (text !== "" && Number.isFinite(Number(text)) ? text : JSON.stringify(text));
  const sets = Object.entries(state.set).map(([key, text]) => `    "${key}": ${value(text)},\n`).join("");
  return [
    "import millibrem as mb",
    "",
    `card = ${load}${sets ? `.replace({\n${sets}})` : ""}`,
    'print(card.sigma(method="quadrature", rel_error=1e-6))',
    "run = card.generate(100_000, seed=1)",
  ].join("\n");
}
