import { DAY_MS, type Instant } from "../time.ts";
import { boundedCache } from "../bounded-cache.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { AllowedDays } from "./allowed-days.ts";
import type { Exceptions } from "./exceptions.ts";

type Next = (after: Instant) => Instant | null;

const SKIPS_MAX = 1000;
const allowedDays = boundedCache(1000, (json) => new AllowedDays(JSON.parse(json)));

/** The first of the times that `next` gives which falls on an allowed local day of the zone. */
export function nextAllowed(
  next: Next,
  { exceptions, zone }: { exceptions: Exceptions; zone: TimeZone },
): Next {
  const days = allowedDays(JSON.stringify(exceptions));
  return (after) => {
    let from = after;
    days.startSearch();
    for (let skips = 0; skips < SKIPS_MAX; skips++) {
      const at = next(from);
      if (at === null) return null;
      const today = Math.floor(zone.wallOf(at) / DAY_MS);
      const day = days.nextFrom(today);
      if (day === null || day === today) return day === null ? null : at;
      from = zone.firstInstantAt(day * DAY_MS) - 1;
    }
    return null;
  };
}
