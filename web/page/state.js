// What the page shows: a card and changes to it, kept in the link.
//
// `card` names a shipped card; a card of one's own stands in `text`. `set` holds the changes by key, as
// the program's `--set` takes them.

const LISTENERS = [];

export const state = { card: "na64mu-2025", text: null, set: {}, x: "x" };

/** Hears of every change. */
export function onChange(listener) {
  LISTENERS.push(listener);
}

/** Changes the state, the link, and tells everybody. */
export function change(part) {
  Object.assign(state, part);
  // One entry for all changes: a slider must not fill the history.
  history.replaceState(null, "", `#${hash()}`);
  for (const listener of LISTENERS) listener(state);
}

/** Sets one key of the card; an empty value takes the change back. */
export function set(key, value) {
  const { [key]: _, ...others } = state.set;
  change({ set: value === "" ? others : { ...others, [key]: value } });
}

/** The state as the part of the link behind `#`. */
export function hash() {
  const parameters = new URLSearchParams();
  if (state.text === null) parameters.set("card", state.card);
  else parameters.set("text", toBase64(state.text));
  for (const [key, value] of Object.entries(state.set)) parameters.set(key, value);
  if (state.x !== "x") parameters.set("show", state.x);
  return parameters.toString();
}

/** Takes the state from a link; what it does not say is as at first. */
export function restore(text, cards) {
  const next = { card: state.card, text: null, set: {}, x: "x" };
  for (const [key, value] of new URLSearchParams(text)) {
    if (key === "card") next.card = cards.includes(value) ? value : next.card;
    else if (key === "text") next.text = fromBase64(value);
    else if (key === "show") next.x = value === "e_miss" ? "e_miss" : "x";
    else next.set[key] = value;
  }
  Object.assign(state, next);
}

function toBase64(text) {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replaceAll("+", "-").replaceAll("/", "_");
}

function fromBase64(text) {
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    return "# the link holds no readable card";
  }
}
