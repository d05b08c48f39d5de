import { useComputedFromNow } from "../time/clock.ts";
import { relativeText } from "../time/duration.ts";
import { browserZone, instant, zonedText } from "../time/zones.ts";

/** `at`: ISO 8601 in UTC. `zone`: the zone in which the time is meant; the browser's where none is given. */
type Props = { at: string; zone?: string | undefined };

/** "3 min ago", with the exact time and its zone on hover. */
export function RelativeTime({ at, zone = browserZone() }: Props) {
  const text = useComputedFromNow((now) => relativeText(instant(at), now));
  return (
    <time dateTime={at} title={exactText(instant(at), zone)}>
      {text}
    </time>
  );
}

/** The exact time in `zone`, and in the browser's zone where that is another. */
function exactText(at: number, zone: string): string {
  const here = browserZone();
  return zone === here ? zonedText(at, here) : `${zonedText(at, zone)} · here ${zonedText(at, here)}`;
}

/** The exact time with its zone: "Fri 20 Nov 2026, 02:30:00 CET". */
export function ExactTime({ at, zone = browserZone() }: Props) {
  return <time dateTime={at}>{zonedText(instant(at), zone)}</time>;
}
