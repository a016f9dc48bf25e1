// Workers with the library in them, and how a page asks them.

/** A module of one SIMD instruction: a browser without SIMD refuses it. */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** The flavour of the library for this browser; `?flavour=plain` asks for the one without SIMD. */
export function flavour() {
  const asked = new URLSearchParams(location.search).get("flavour");
  return asked === "plain" || !WebAssembly.validate(new Uint8Array(SIMD)) ? "plain" : "simd";
}

/** Loads and compiles the library. A script brings it, which works from a folder, where fetch does not. */
export async function load(name) {
  const script = document.createElement("script");
  script.src = `library-${name}.js`;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`cannot load ${script.src}`));
    document.head.append(script);
  });
  const packed = Uint8Array.from(atob(globalThis.millibremLibrary), (c) => c.charCodeAt(0));
  delete globalThis.millibremLibrary;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

/** A worker that answers one question after the other. */
export class Desk {
  constructor(module, source) {
    this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    this.worker.postMessage({ module });
    this.waiting = [];
    this.turn = 0;
    this.worker.onmessage = ({ data }) => this.waiting.shift()(data);
    this.worker.onerror = (event) => {
      for (const resolve of this.waiting.splice(0)) resolve({ answer: { error: { text: event.message } }, ms: 0 });
    };
  }

  /** The answer to a question, with the milliseconds it took. */
  ask(question) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.worker.postMessage({ question: JSON.stringify(question) });
    });
  }

  /**
   * Begins a job that asks many questions in turn; the one before it ends at its next question, so that a
   * change never waits for what nobody wants any more. `job` gets a function that asks, which throws
   * `Stale` once another job has begun.
   */
  async begin(job) {
    const turn = ++this.turn;
    const ask = async (question) => {
      if (turn !== this.turn) throw new Stale();
      const { answer, ms } = await this.ask(question);
      if (turn !== this.turn) throw new Stale();
      if (answer.error) throw new Refused(answer.error);
      return { ...answer, ms };
    };
    try {
      await job(ask);
      return null;
    } catch (error) {
      if (error instanceof Stale) return null;
      if (error instanceof Refused) return error.error;
      throw error;
    }
  }
}

class Stale extends Error {}

/** The library refused; `error` has its words. */
export class Refused extends Error {
  constructor(error) {
    super(error.text);
    this.error = error;
  }
}
