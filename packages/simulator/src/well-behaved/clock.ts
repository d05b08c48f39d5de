import type { Instant } from "@overdue/schedules";
import { DAY } from "../history/history.ts";
import type { Random } from "../random.ts";

/** When a host whose clock is wrong does what is due at an instant. */
export type Clock = (dueAt: Instant) => Instant;

/** Wrong by up to `skewMs` either way; it drifts to the other side and back within days, as a bad clock under NTP does. */
export function makeClock(random: Random, skewMs: number, begin: Instant): Clock {
  const aheadMs = random.whole(-skewMs, skewMs);
  const swingMs = random.chance(0.5) ? 0 : random.whole(0, skewMs);
  const everyMs = random.pick([DAY / 24, DAY, 7 * DAY]);
  return (dueAt) => {
    const drifted = aheadMs + swingMs * Math.sin(((dueAt - begin) / everyMs) * 2 * Math.PI);
    return dueAt - Math.round(Math.max(-skewMs, Math.min(skewMs, drifted)));
  };
}
