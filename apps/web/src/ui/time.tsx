import { useComputedFromNow } from "../time/clock.ts";
import { relativeText } from "../time/duration.ts";
import { browserZone, instant, shortZonedText, zonedText } from "../time/zones.ts";
import styles from "./time.module.css";

/** `at`: ISO 8601 in UTC. `zone`: the zone in which the time is meant, such as a check's; it is said on hover. */
type Props = { at: string; zone?: string | undefined };

/** "3 min ago", with the exact time on hover. */
export function RelativeTime({ at, zone }: Props) {
  const text = useComputedFromNow((now) => relativeText(instant(at), now));
  return (
    <time dateTime={at} title={[zonedText(instant(at), browserZone()), ...otherZones(at, zone)].join(" · ")}>
      {text}
    </time>
  );
}

/** The exact time for the reader, "Fri 20 Nov 2026, 02:30:00 CET", in other zones on hover. */
export function ExactTime({ at, zone }: Props) {
  return (
    <time dateTime={at} title={otherZones(at, zone).join(" · ") || undefined}>
      {zonedText(instant(at), browserZone())}
    </time>
  );
}

/** "Fri 20 Nov, 02:30 CET", and below it "3 h ago": to compare with a log file without hovering. */
export function DatedTime({ at, zone }: Props) {
  const text = useComputedFromNow((now) => relativeText(instant(at), now));
  return (
    <time dateTime={at} title={otherZones(at, zone).join(" · ") || undefined}>
      {shortZonedText(instant(at), browserZone())}
      <span className={styles["ago"]}>{text}</span>
    </time>
  );
}

/** The time in the zone in which it is meant and in UTC, as far as they are not the reader's. */
function otherZones(at: string, zone: string | undefined): string[] {
  const zones = new Set([...(zone === undefined ? [] : [zone]), "UTC"]);
  zones.delete(browserZone());
  return [...zones].map((other) => zonedText(instant(at), other));
}
