import type { CheckSettings, Instant } from "../../src/index.ts";
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
      if (fact.event.kind === "edit") inForce = fact.event.settings;
      return { ...fact, settings: inForce };
    });
}
