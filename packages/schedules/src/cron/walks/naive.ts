import type { Resolve } from "../instants.ts";
import { nextWall } from "../next-wall.ts";
import type { Walk } from "../rules.ts";

/**
 * Reads the clock at `after`, takes the next reading that the line selects, and asks `resolve` for its instant; with
 * `checked` one at which the clock shows no time of the line is passed over.
 */
export function naiveWalk(resolve: Resolve, { checked = false } = {}): Walk {
  return (cron, zone, after) => {
    let wall = nextWall(cron, zone.wallOf(after));
    for (; wall !== null; wall = nextWall(cron, wall)) {
      const instant = resolve(wall, zone, zone.offsetAt(after));
      const shown = zone.wallOf(instant);
      if (instant > after && (!checked || nextWall(cron, shown - 1) === shown)) return instant;
    }
    return null;
  };
}
