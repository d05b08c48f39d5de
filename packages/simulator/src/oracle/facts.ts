import type { Instant } from "@overdue/schedules";
import type { CheckSettings } from "@overdue/core";
import type { Entry, History } from "../history/history.ts";

/** Something that was heard or decided, with the settings in force just after it. */
export type Fact = { at: Instant; event: Entry["event"]; settings: CheckSettings };

/** The facts in the order in which they happened, which need not be that of their commits. */
export function factsOf({ entries, settings }: History): Fact[] {
  let inForce = settings;
  return entries
    .map(({ event }) => ({ at: event.kind === "ping" ? event.ping.at : event.at, event }))
    .toSorted((a, b) => a.at - b.at)
    .map((fact) => {
      if (fact.event.kind === "edit") inForce = underWorks(fact.event.settings, inForce.maintenance);
      if (fact.event.kind === "maintenance") inForce = underWorks(inForce, fact.event.windows);
      return { ...fact, settings: inForce };
    });
}

/** An edit of the check leaves the windows as they are: those are the project's. */
function underWorks(
  { maintenance: _before, ...settings }: CheckSettings,
  windows: CheckSettings["maintenance"] = [],
): CheckSettings {
  return windows.length === 0 ? settings : { ...settings, maintenance: windows };
}
