// Runs in a worker: one copy of the library, questions answered in their order.
//
// The module exports `question(bytes)`, `ask()` and `answer()` (web/src/door.rs); texts are UTF-8.

let library;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function ask(question) {
  const bytes = encoder.encode(question);
  const at = library.question(bytes.length);
  new Uint8Array(library.memory.buffer, at, bytes.length).set(bytes);
  const length = library.ask();
  return decoder.decode(new Uint8Array(library.memory.buffer, library.answer(), length));
}

onmessage = async ({ data }) => {
  if (data.module) {
    library = (await WebAssembly.instantiate(data.module, {})).exports;
    return;
  }
  const start = performance.now();
  let answer;
  try {
    answer = JSON.parse(ask(data.question));
  } catch (error) {
    answer = { error: { text: `the library stopped: ${error.message}` } };
  }
  postMessage({ answer, ms: performance.now() - start });
};
