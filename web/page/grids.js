// Where curves are computed: few points first, more between them later.

/** `n` values from 0 to 1, closer together at both ends, where spectra are steep. */
export function towardsEnds(n) {
  return Array.from({ length: n }, (_, i) => (1 - Math.cos((Math.PI * i) / (n - 1))) / 2);
}

/** Values of x between the kinematic limits; the limits themselves are left out. */
export function xGrid([low, high], n) {
  return towardsEnds(n + 2).slice(1, -1).map((t) => low + (high - low) * t);
}

/** Masses in GeV, equal ratios apart, of four digits. */
export function massGrid([low, high], n) {
  return Array.from({ length: n }, (_, i) => Number((low * (high / low) ** (i / (n - 1))).toPrecision(4)));
}

/** The same values in an order that makes the whole curve visible early: every 4th, every 2nd, all. */
export function coarseFirst(values) {
  const seen = new Set();
  const order = [];
  for (const step of [4, 2, 1]) {
    for (let i = 0; i < values.length; i += step) {
      if (!seen.has(i)) order.push(values[i]);
      seen.add(i);
    }
  }
  return order;
}

/** Masses worth a look: from 1 MeV to the threshold, or as far as experiments ask. */
export function massRange(card, mass) {
  const threshold = card.m_pair_max_gev / (card.process === "pair" ? 2 : 1);
  const low = Math.min(1e-3, mass / 3);
  return [low, Math.min(0.98 * threshold, Math.max(3, 3 * mass))];
}
