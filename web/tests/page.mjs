// The page in a browser: numbers against the program, changes, links, bad cards, downloads, access.
//
//   web/tests/run.sh
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM, address, launch, require, settled } from "./browser.mjs";

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "millibrem-page-"));
const CARD = join(import.meta.dirname, "../../cards/ldmx-2025.toml");
const HASH = "#card=ldmx-2025&dark_sector.m_chi_gev=0.02";
const SET = ["--set", "dark_sector.m_chi_gev=0.02"];

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true });
const wrong = [];
const asked = new Set();

async function open(hash = HASH, query = "") {
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => asked.add(new URL(request.url()).protocol));
  await page.goto(address(query, hash));
  return page;
}

/** What the program prints with `--json`. */
function program(...words) {
  return JSON.parse(execFileSync(PROGRAM, [...words, "--json", "--quiet", "--out", folder, "--force"], { stdio: ["ignore", "pipe", "ignore"] }));
}

function sameTo12Digits(found, expected, what) {
  assert.ok(expected > 0 && Math.abs(found / expected - 1) < 1e-12, `${what}: the page has ${found}, the program ${expected}`);
}

async function value(page, id) {
  return Number(await page.locator(`#${id}`).getAttribute("data-value"));
}

async function download(page, name) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByLabel(name).click()]);
  return readFileSync(await file.path());
}

/** The columns of a CSV file. */
function columns(text) {
  const lines = text.toString().split("\n").filter((line) => line && !line.startsWith("#"));
  const names = lines[0].split(",");
  return Object.fromEntries(names.map((name, i) => [name, lines.slice(1).map((line) => line.split(",")[i])]));
}

async function access(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  const said = serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
  assert.deepEqual(said, [], where);
}

const CHECKS = {
  async "σ, dσ/dx and reach are those of the program"() {
    const page = await open();
    await settled(page);
    const sigma = program("sigma", CARD, "--method", "quadrature", "--rel-error", "1e-6", ...SET);
    sameTo12Digits(await value(page, "sigma"), sigma.sigma_pb, "σ");
    const iww = program("sigma", CARD, "--method", "iww", "--rel-error", "1e-6", ...SET);
    sameTo12Digits(await value(page, "ratio-iww"), iww.sigma_pb, "σ of IWW");
    const spectrum = columns(await download(page, "Download Spectrum of the missing energy as CSV"));
    const i = 60;
    const at = program("spectrum", CARD, "--method", "quadrature", "--rel-error", "1e-4", "--at", spectrum.x[i], ...SET);
    sameTo12Digits(Number(spectrum.dsigma_dx_pb[i]), at.dsigma_dx_pb[0], "dσ/dx");
    await page.waitForFunction(() => document.documentElement.dataset.curves === "done", null, { timeout: 120_000 });
    const reach = columns(await download(page, "Download Reach in charge against mass as CSV"));
    const mass = reach.m_chi_gev[20];
    const curves = program("reach", CARD, "--over", `dark_sector.m_chi_gev=${mass}`, "--iww", ...SET).curves;
    for (const { channel, q_over_e } of curves) {
      if (q_over_e[0] !== null) sameTo12Digits(Number(reach[channel][20]), q_over_e[0], `reach by ${channel} at ${mass} GeV`);
    }
    await access(page, "wide and light");
    await page.close();
  },

  async "the library without SIMD gives the same bits"() {
    const found = [];
    for (const query of ["", "?flavour=plain"]) {
      const page = await open(HASH, query);
      await settled(page);
      assert.match(await page.locator("#version").innerText(), query ? /without SIMD/ : /with SIMD/);
      found.push(await page.locator("#sigma").getAttribute("data-value"));
      await page.close();
    }
    assert.equal(found[0], found[1]);
  },

  async "a slider moved by the keyboard changes numbers, card and link, and the link brings them back"() {
    const page = await open();
    await settled(page);
    const before = await value(page, "sigma");
    await page.getByLabel("Mass m χ, slider").focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((v) => Number(document.getElementById("sigma").dataset.value) !== v, before);
    await settled(page);
    const after = await value(page, "sigma");
    assert.ok(after < before && after > 0.5 * before, `${before} ${after}`);
    const mass = /dark_sector\.m_chi_gev=([\d.]+)/.exec(new URL(page.url()).hash)[1];
    assert.ok(Number(mass) > 0.02, mass);
    assert.match(await page.locator("#toml").inputValue(), new RegExp(`m_chi_gev = ${mass}`));
    assert.match(await page.locator("#command").innerText(), new RegExp(`--set dark_sector.m_chi_gev=${mass}`));
    assert.match(await page.locator("#python").innerText(), new RegExp(`"dark_sector.m_chi_gev": ${mass}`));
    const again = await open(new URL(page.url()).hash);
    await settled(again);
    assert.equal(await value(again, "sigma"), after);
    await again.close();
    // A card of one's own stands in the link as a whole.
    const own = (await page.locator("#toml").inputValue()).replace(/energy_gev = .*/, "energy_gev = 4.0");
    await page.locator("#toml").fill(own);
    await page.waitForFunction((v) => Number(document.getElementById("sigma").dataset.value) !== v, after);
    await settled(page);
    const mine = await value(page, "sigma");
    const linked = await open(new URL(page.url()).hash);
    await settled(linked);
    assert.equal(await value(linked, "sigma"), mine);
    await linked.close();
    await page.close();
  },

  async "a bad card is refused in the words of the program, wherever it comes from"() {
    const page = await open();
    await settled(page);
    const bad = readFileSync(CARD, "utf8").replace("energy_gev", "energy");
    const file = join(folder, "card.toml");
    writeFileSync(file, bad);
    const said = spawnSync(PROGRAM, ["info", "card.toml", "--json"], { cwd: folder, encoding: "utf8" });
    const { error } = JSON.parse(said.stdout);
    const drop = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "card.toml"));
      return data;
    }, bad);
    await page.dispatchEvent("body", "drop", { dataTransfer: drop });
    await settled(page, "refused");
    const words = await page.locator("#alarm").innerText();
    assert.match(words, new RegExp(`^card.toml:${error.line}: ${error.key}: found an unknown key`));
    assert.ok(said.stderr.replace(/\s+/g, " ").includes(error.found) && words.includes(error.expected), `${words}\n${said.stderr}`);
    assert.ok(words.endsWith("did you mean `energy_gev`?"), words);
    await page.getByLabel("Experiment").selectOption("na64mu-2025");
    await settled(page);
    assert.equal(await page.locator("#alarm").innerText(), "");
    await page.locator("#f-beam-energy_gev").fill("-3");
    await page.locator("#f-beam-energy_gev").press("Enter");
    await settled(page, "refused");
    assert.match(await page.locator("#alarm").innerText(), /`beam.energy_gev=-3`: beam.energy_gev: found -3/);
    await page.close();
  },

  async "events stream in, and follow a cut that curves cannot"() {
    const page = await open("#card=ldmx-2025&cuts.lepton_angle_max_mrad=200");
    await settled(page, "refused");
    assert.match(await page.locator("#spectrum .error").innerText(), /cannot follow the cut `lepton_angle_max_mrad`|cannot follow the cut/);
    const count = () => page.evaluate(() => Number(document.getElementById("n-events").textContent.replace(/\D/g, "")));
    const more = (n) => page.waitForFunction((k) => Number(document.getElementById("n-events").textContent.replace(/\D/g, "")) > k, n);
    await more(0);
    await more(await count());
    const events = columns(await download(page, "Download Histogram of events as CSV"));
    const inside = events.dsigma.map((v, i) => [Number(events.low[i]), Number(v)]);
    assert.ok(inside.some(([, v]) => v > 0));
    assert.deepEqual(inside.filter(([low, v]) => low > 0.2 && v > 0), []);
    assert.equal(await page.locator("#momenta tr").count(), 4);
    await page.getByRole("button", { name: "Pause" }).click();
    assert.equal(await page.locator("#run").innerText(), "Go on");
    await page.close();
  },

  async "figures come as SVG and PNG that stand alone"() {
    const page = await open();
    await settled(page);
    const drawing = (await download(page, "Download Spectrum of the missing energy as SVG")).toString();
    assert.ok(drawing.includes("<path") && !drawing.includes("var(--") && !drawing.includes("class="), drawing.slice(0, 300));
    const bitmap = await download(page, "Download Spectrum of the missing energy as PNG");
    assert.deepEqual([...bitmap.subarray(1, 4)], [80, 78, 71]);
    assert.ok(bitmap.length > 20_000);
    await page.close();
  },

  async "narrow and dark it fits, and the keyboard reads a figure"() {
    const page = await open();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
    await page.locator("#spectrum .figure").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#spectrum .readout").innerText(), /^x 0\.\d+: exact .*, WW .*, IWW/);
    await access(page, "narrow and dark");
    await page.close();
  },
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${error.message}`);
  }
}
await browser.close();
const others = [...asked].filter((protocol) => !["file:", "blob:", "data:"].includes(protocol));
for (const text of [...wrong, ...others.map((protocol) => `asked for ${protocol}`)]) {
  failed += 1;
  console.log(`FAIL ${text}`);
}
if (failed > 0) {
  console.log(`page test: FAILED: ${failed}`);
  process.exit(1);
}
console.log(`page test: passed, ${Object.keys(CHECKS).length} checks`);
