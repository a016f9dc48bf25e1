// Measures the page for docs/page.md: time to the first plot, time for each change, events per second.
//
//   web/tests/run.sh times.mjs
import { address, launch, settled } from "./browser.mjs";

const LOADS = 7;
const CHANGES = 40;
/** How long events stream before their rate is read, in ms. */
const STREAM = 6000;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const said = (list) => `median ${median(list).toFixed(0)} ms, largest ${Math.max(...list).toFixed(0)} ms`;
const data = (page, name) => page.evaluate((n) => Number(document.documentElement.dataset[n]), name);

const browser = await launch();
for (const [flavour, query] of [["with SIMD", ""], ["without SIMD", "?flavour=plain"]]) {
  const loads = [];
  for (let i = 0; i < LOADS; i += 1) {
    const page = await browser.newPage();
    await page.goto(address(query));
    await settled(page);
    loads.push(await data(page, "firstPlot"));
    await page.close();
  }
  console.log(`${flavour}: first plot after the page is opened: ${said(loads)}, ${LOADS} loads`);
  for (const card of ["na64mu-2025", "ldmx-2025"]) {
    const page = await browser.newPage();
    await page.goto(address(query, `#card=${card}`));
    await settled(page);
    await page.getByLabel("Mass m χ, slider").focus();
    const changes = [];
    for (let i = 0; i < CHANGES; i += 1) {
      await page.keyboard.press("ArrowLeft");
      await page.waitForFunction(() => document.documentElement.dataset.state !== "busy");
      changes.push(await data(page, "redraw"));
    }
    await page.waitForFunction(() => document.documentElement.dataset.curves === "done", null, { timeout: 120_000 });
    await page.waitForTimeout(STREAM);
    const rate = Number(await page.locator("#rate").getAttribute("data-value"));
    console.log(`${flavour}: ${card}: drawn after a change: ${said(changes)}, ${CHANGES} changes; ${Math.round(rate)} events/s`);
    await page.close();
  }
}
await browser.close();
