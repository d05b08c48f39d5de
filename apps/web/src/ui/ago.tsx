import { useAsOfNow } from "../time/clock.ts";
import { instant } from "../time/instant.ts";
import { relativeText } from "../time/relative.ts";
import { browserZone, zonedText } from "../time/zoned.ts";

/** "3 min ago", with the exact time and its zone on hover. */
export function Ago({ at, zone }: { at: string; zone?: string }) {
  return (
    <time dateTime={at} title={exactText(instant(at), zone)}>
      {useAsOfNow((now) => relativeText(instant(at), now))}
    </time>
  );
}

/** The exact time in `zone`, and in the browser's where that is another. */
function exactText(at: number, zone: string | undefined): string {
  const here = browserZone();
  const there = zone ?? here;
  return there === here ? zonedText(at, here) : `${zonedText(at, there)} · here ${zonedText(at, here)}`;
}
