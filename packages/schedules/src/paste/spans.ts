const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  week: 604_800,
};

/**
 * The seconds of a span as systemd (`1h 30min`, `90`) and Go (`1h30m`) write it, or in words (`5 minutes`); null for
 * anything else. A bare number means seconds.
 */
export function secondsOfSpan(text: string): number | null {
  const compact = text.trim().toLowerCase();
  if (/^\d+$/.test(compact)) return Number(compact);
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(compact)) return null;
  let seconds = 0;
  for (const [, amount = "", unit = ""] of compact.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const size = SECONDS[unit] ?? SECONDS[unit.replace(/s$/, "")];
    if (size === undefined) return null;
    seconds += Number(amount) * size;
  }
  return Math.round(seconds);
}
