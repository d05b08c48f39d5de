import { instant } from "../time/instant.ts";
import { browserZone, clockText, shortZonedText } from "../time/zoned.ts";

type Outage = { startedAt: string; endedAt: string };

/** "Overdue was down 02:20 CET to 02:40 CET", where it was when a run was due; null where it was not. */
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
  return `Overdue was down ${text(from, zone)} to ${text(until, zone)}`;
}

function dayIn(at: number, zone: string): string {
  return shortZonedText(at, zone).split(",")[0] ?? "";
}
