import { instant } from "../time/instant.ts";
import { browserZone, shortZonedText } from "../time/zoned.ts";

type Attended = { acknowledgedBy: string | null; acknowledgedAt: string | null; snoozedUntil: string | null };

/** What people have done about an incident: "Acknowledged by Ada. Snoozed until Sat 21 Nov, 09:00 CET." */
export function attentionText(
  { acknowledgedAt, acknowledgedBy, snoozedUntil }: Attended,
  now: number,
): string {
  const acknowledged = acknowledgedAt === null ? "" : `Acknowledged by ${acknowledgedBy ?? "somebody"}.`;
  const snoozed = isSnoozed(snoozedUntil, now) ? `Snoozed ${snoozeText(snoozedUntil)}.` : "";
  return [acknowledged, snoozed].filter((text) => text !== "").join(" ") || "Nobody has acknowledged it yet.";
}

/** "until Sat 21 Nov, 09:00 CET", or "until it recovers". */
export function snoozeText(until: string): string {
  if (until === "recovery" || until === "infinity") return "until it recovers";
  return `until ${shortZonedText(instant(until), browserZone())}`;
}

function isSnoozed(until: string | null, now: number): until is string {
  return until !== null && (until === "recovery" || instant(until) > now);
}
