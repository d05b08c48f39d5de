import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@overdue/schedules";

const UNITS: readonly [string, number][] = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["min", MINUTE_MS],
  ["s", SECOND_MS],
];

/** "4 min 10 s", "2 d 3 h", "340 ms": at most two units, the second left out where it is zero. */
export function spanInWords(ms: number): string {
  const size = Math.abs(ms);
  const largest = UNITS.findIndex(([, unit]) => size >= unit);
  if (largest < 0) return `${Math.round(size)} ms`;
  const parts: string[] = [];
  let rest = roundedTo(size, UNITS[Math.min(largest + 1, UNITS.length - 1)]?.[1] ?? SECOND_MS);
  for (const [name, unit] of UNITS.slice(Math.max(0, largest - 1))) {
    const count = Math.floor(rest / unit);
    if (count > 0 && parts.length < 2) parts.push(`${count} ${name}`);
    rest -= count * unit;
  }
  return parts.join(" ");
}

function roundedTo(size: number, unit: number): number {
  return Math.round(size / unit) * unit;
}
