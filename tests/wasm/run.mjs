// Compares σ from the WebAssembly module of the first argument with the lines of the second file.
import { readFileSync, statSync } from "node:fs";

const [module, expected] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const lines = readFileSync(expected, "utf8").trim().split("\n");
const view = new DataView(new ArrayBuffer(8));
let wrong = 0;
for (const line of lines) {
  const [card, quadrature, bits] = line.split(" ");
  const sigma = instance.exports.sigma_pb(Number(card), Number(quadrature));
  view.setFloat64(0, sigma);
  const found = view.getBigUint64(0).toString(16).padStart(16, "0");
  if (!(sigma > 0) || found !== bits) {
    wrong += 1;
    console.error(`card ${card}, quadrature ${quadrature}: ${found} (${sigma}), natively ${bits}`);
  }
}
const size = Math.round(statSync(module).size / 1000);
if (wrong > 0 || lines.length !== 2 * instance.exports.cards()) {
  console.error(`wasm test: FAILED: ${wrong} of ${lines.length} cross sections differ`);
  process.exit(1);
}
console.log(`wasm test: passed, ${lines.length} cross sections with the same bits, ${size} kB`);
