/** `x-max-age` of streams: a whole number and a unit, `7D`, `12h`. */
const UNITS_MS: Readonly<Record<string, number>> = {
  Y: 365 * 86_400_000,
  M: 30 * 86_400_000,
  D: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

/** Undefined if the text says no age. */
export function maxAgeMs(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12})([YMDhms])$/.exec(text) ?? [];
  const count = Number(digits);
  return count > 0 ? count * (UNITS_MS[unit] ?? 0) : undefined;
}
