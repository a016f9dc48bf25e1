// Takes the screenshots of docs/page.md, wide, dark and narrow, when all curves are fine and some seconds of events
// are in.
//
//   web/tests/run.sh screenshots.mjs docs/figures
import { join } from "node:path";
import { address, launch } from "./browser.mjs";

const SHOTS = [
  ["wide", 1440, 1330, "light", "#card=na64mu-2025"],
  ["dark", 1440, 1330, "dark", "#card=ldmx-2025&show=e_miss"],
  ["narrow", 390, 2900, "light", "#card=ldmx-2025"],
];

const browser = await launch();
for (const [name, width, height, colorScheme, hash] of SHOTS) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(address("", hash));
  await page.waitForFunction(() => document.documentElement.dataset.curves === "done", null, { timeout: 120_000 });
  await page.waitForTimeout(5000);
  await page.screenshot({ path: join(process.argv[6], `page_${name}.png`) });
  await page.close();
}
await browser.close();
