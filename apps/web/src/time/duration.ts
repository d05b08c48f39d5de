const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** "4 min 10 s", "2 d 3 h": at most two units, the second left out where it is zero. Below a second: "340 ms". */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const total = Math.floor(ms / 1_000);
  const first = UNITS.findIndex((unit) => total >= unit.seconds);
  return UNITS.slice(first, first + 2)
    .map((unit, index) => ({ name: unit.name, count: countOf(total, first, index) }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${name}`)
    .join(" ");
}

function countOf(totalSeconds: number, first: number, index: number): number {
  const unit = UNITS[first + index]?.seconds ?? 1;
  const larger = index === 0 ? Number.POSITIVE_INFINITY : (UNITS[first]?.seconds ?? 1);
  return Math.floor((totalSeconds % larger) / unit);
}

const WORDS = { d: "day", h: "hour", min: "minute", s: "second" } as const;

/** "5 minutes", "1 hour 30 minutes": for sentences about settings. */
export function secondsInWords(seconds: number): string {
  return durationText(seconds * 1_000).replace(
    /(\d+) (d|h|min|s)\b/g,
    (_, count: string, unit: keyof typeof WORDS) =>
      count === "1" ? `1 ${WORDS[unit]}` : `${count} ${WORDS[unit]}s`,
  );
}
