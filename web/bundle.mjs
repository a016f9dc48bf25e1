// Bundles the page: modules into one script, styles and script into one file of HTML, each flavour of the
// library packed into a script of its own. A page opened from a folder may load scripts and nothing else, so
// there are no modules and no files to fetch in what comes out.
//
//   node web/bundle.mjs SOURCES PAGE MODULES
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const [sources, page, modules] = process.argv.slice(2);
const read = (name) => readFileSync(join(sources, name), "utf8");
const IMPORT = /^import \{[^}]*\} from "\.\/([\w.-]+)";\n/gm;
const TOP = /^(?:export )?(?:async )?(?:function|class|const|let) (\w+)/gm;

/** A module and all it imports, each once, those that are needed first. */
function bundle(name, done = new Set(), names = new Map()) {
  if (done.has(name)) return "";
  done.add(name);
  const text = read(name);
  const before = [...text.matchAll(IMPORT)].map(([, needed]) => bundle(needed, done, names)).join("");
  for (const [, top] of text.matchAll(TOP)) {
    if (names.has(top)) throw new Error(`${name} and ${names.get(top)} both have \`${top}\``);
    names.set(top, name);
  }
  return `${before}\n// ${name}\n${text.replace(IMPORT, "").replace(/^export /gm, "")}`;
}

/** Puts a text into another where a marker stands; the text is taken as it is. */
function put(into, marker, text) {
  const parts = into.split(marker);
  if (parts.length !== 2) throw new Error(`${marker} stands ${parts.length - 1} times in index.html`);
  return parts.join(text);
}

/** A module without its sections of names, which only a debugger reads. */
function withoutNames(module) {
  const kept = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    let [size, shift, end] = [0, 0, at + 1];
    for (let byte = 128; byte >= 128; shift += 7, end += 1) {
      byte = module[end];
      size |= (byte & 127) << shift;
    }
    if (id !== 0) kept.push(module.subarray(at, end + size));
    at = end + size;
  }
  return Buffer.concat(kept);
}

const worker = JSON.stringify(read("worker.js")).replaceAll("</", "<\\/");
const script = `globalThis.millibremWorker = ${worker};\n(() => {\n"use strict";\n${bundle("main.js")}\n})();\n`;
let html = read("index.html");
html = put(html, "/* style.css */", read("style.css"));
html = put(html, "/* main.js */", script);
const written = [["index.html", html]];
for (const flavour of ["simd", "plain"]) {
  const packed = gzipSync(withoutNames(readFileSync(join(modules, `page-${flavour}.wasm`))), { level: 9 });
  written.push([`library-${flavour}.js`, `globalThis.millibremLibrary = "${packed.toString("base64")}";\n`]);
}
let total = 0;
for (const [name, text] of written) {
  writeFileSync(join(page, name), text);
  const size = gzipSync(text, { level: 9 }).length;
  total += size;
  console.log(`page: ${basename(name)} ${text.length} bytes, ${size} compressed`);
}
console.log(`page: ${total} bytes compressed in all`);
