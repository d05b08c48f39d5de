import { join } from "node:path";

const MINUTE_MS = 60_000;
const WATCHED_MS = 500 * 24 * 60 * MINUTE_MS;

/** Asks the matcher for each minute in UTC, as the package's worker does in any zone. The package does not export the matcher. */
export function makeTimes(load) {
  const folder = join(process.cwd(), "node_modules", "graphile-worker", "dist");
  const { createCronMatcher } = load(join(folder, "cronMatcher.js"));
  return ({ expr, after, count }) => {
    const matches = createCronMatcher(expr, "the driver");
    const times = [];
    const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    for (let at = first; at < after + WATCHED_MS && times.length < count; at += MINUTE_MS)
      if (matches(digestOf(new Date(at)))) times.push(at);
    return times.length < count ? { instants: times, watchedUntil: after + WATCHED_MS } : { instants: times };
  };
}

function digestOf(date) {
  return {
    min: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    date: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    dow: date.getUTCDay(),
  };
}
