// CPU time of the library for one drawing, without a browser, for docs/page.md: what a change costs on a machine
// that others use too.
//
//   node web/tests/cpu.mjs target/wasm32-unknown-unknown/page-simd.wasm
import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const library = instance.exports;
const REPEAT = 5;

function ask(question) {
  const bytes = new TextEncoder().encode(JSON.stringify(question));
  const at = library.question(bytes.length);
  new Uint8Array(library.memory.buffer, at, bytes.length).set(bytes);
  const length = library.ask();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(library.memory.buffer, library.answer(), length)));
}

/** Milliseconds of CPU time, the best of some. */
function cost(question) {
  const times = Array.from({ length: REPEAT }, () => {
    const before = process.cpuUsage().user;
    ask(question);
    return (process.cpuUsage().user - before) / 1000;
  });
  return Math.min(...times);
}

for (const { name, text } of ask({ ask: "start" }).cards) {
  const card = { text, file: `${name}.toml`, set: [] };
  const [low, high] = ask({ ask: "card", card }).x_range;
  const at = (n) => Array.from({ length: n }, (_, i) => low + ((high - low) * (i + 0.5)) / n);
  const read = cost({ ask: "card", card });
  const coarse = cost({ ask: "spectrum", card, method: "quadrature", goal: 2e-2, at: at(25) });
  const fine = cost({ ask: "spectrum", card, method: "quadrature", goal: 1e-4, at: at(97) });
  ask({ ask: "generate", card });
  const before = process.cpuUsage().user;
  const { n_events } = ask({ ask: "events", count: 300_000 });
  const rate = n_events / ((process.cpuUsage().user - before) / 1e6);
  console.log(`${name}: card ${read.toFixed(1)} ms, dσ/dx coarse ${coarse.toFixed(0)} ms, fine ${fine.toFixed(0)} ms, ${Math.round(rate / 1e3)} k events a second of CPU time`);
}
