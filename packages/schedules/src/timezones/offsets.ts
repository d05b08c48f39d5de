import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../time.ts";
import { LEGACY_NAMES } from "./legacy-names.ts";
import type { OffsetAt } from "./time-zone.ts";

/** Where the offsets of zones come from; null for a zone it does not know. */
export type OffsetSource = (timezone: string) => OffsetAt | null;

/** The zone data of the JavaScript runtime. Browsers behind on names know some zones by an old one only. */
export const runtimeOffsets: OffsetSource = (timezone) => {
  const legacy = LEGACY_NAMES[timezone]?.split(" ") ?? [];
  for (const name of [timezone, ...legacy]) {
    const format = formatOf(name);
    if (format) return (instant) => offsetIn(format.format(instant));
  }
  return null;
};

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
}

/** Reads "11/15/2023, GMT-03:30"; plain "GMT" is none. */
function offsetIn(text: string): number {
  const at = text.lastIndexOf("GMT") + 3;
  if (at >= text.length) return 0;
  const sign = text[at] === "-" ? -1 : 1;
  const [hours = 0, minutes = 0, seconds = 0] = text
    .slice(at + 1)
    .split(":")
    .map(Number);
  return sign * (hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
}
