// A Chromium of the system with the page in it, for the test and for the measurements.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Folders of the built page and of the packages of package.json. */
export const PAGE = resolve(process.argv[2]);
export const require = createRequire(join(resolve(process.argv[3]), "package.json"));
/** The program to compare with, and the browser. */
export const PROGRAM = resolve(process.argv[4]);
const CHROMIUM = process.argv[5];

const { chromium } = require("playwright-core");

/** Starts the browser; root needs it without a sandbox. */
export function launch() {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** The address of the page, opened as a file. */
export function address(query = "", hash = "") {
  return pathToFileURL(join(PAGE, "index.html")).href + query + hash;
}

/** Waits until the page has computed all that it was asked for. */
export async function settled(page, state = "done") {
  await page.waitForFunction((s) => document.documentElement.dataset.state === s, state, { timeout: 60_000 });
}
