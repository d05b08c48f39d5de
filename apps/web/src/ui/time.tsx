import { useAsOfNow } from "../time/clock.ts";
import { browserZone, instant, zonedText } from "../time/zones.ts";
import { relativeText } from "../time/duration.ts";

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

/** The exact time, with its zone; the browser's where none is named. */
export function Exact({ at, zone = browserZone() }: { at: string; zone?: string }) {
  return <time dateTime={at}>{zonedText(instant(at), zone)}</time>;
}
