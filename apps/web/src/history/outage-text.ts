import { instant } from "../time/instant.ts";
import { browserZone, clockText, shortZonedText } from "../time/zoned.ts";

type Cause = "restart" | "busy" | "paused" | "database" | "clock-set-back" | null;
type Outage = { startedAt: string; endedAt: string; cause: Cause };

const CAUSES: Record<Exclude<Cause, null>, string> = {
  restart: "Overdue was not running",
  busy: "Overdue was busy and answered nobody",
  paused: "Overdue got no processor time",
  database: "Overdue could not store anything",
  "clock-set-back": "the clock of Overdue's machine was set back",
};

/** Why Overdue could not receive pings, as a part of a sentence; empty where that is not known. */
export function outageCause(cause: Cause): string {
  return cause === null ? "" : CAUSES[cause];
}

/** "Overdue could not receive pings 02:20 CET to 02:40 CET (Overdue could not store anything)", where it was so when a run was due; null where it was not. */
export function outageText(
  dueAt: string,
  outages: readonly Outage[],
  zone: string = browserZone(),
): string | null {
  const due = instant(dueAt);
  const met = outages.find(({ startedAt, endedAt }) => instant(startedAt) <= due && due <= instant(endedAt));
  if (!met) return null;
  const [from, until] = [instant(met.startedAt), instant(met.endedAt)];
  const sameDay = dayIn(from, zone) === dayIn(until, zone);
  const text = sameDay ? clockText : shortZonedText;
  const why = outageCause(met.cause);
  return `Overdue could not receive pings ${text(from, zone)} to ${text(until, zone)}${why && ` (${why})`}`;
}

function dayIn(at: number, zone: string): string {
  return shortZonedText(at, zone).split(",")[0] ?? "";
}
