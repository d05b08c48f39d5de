import { useComputedFromNow } from "../time/clock.ts";
import { relativeText } from "../time/duration.ts";
import { browserZone, instant, shortZonedText, zonedText } from "../time/zones.ts";
import styles from "./time.module.css";

/** `at`: ISO 8601 in UTC. `zone`: one whose time is shown on hover too, such as that of a check. */
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

/** The exact time in the reader's zone, "Fri 20 Nov 2026, 02:30:00 CET"; in other zones on hover. */
export function ExactTime({ at, zone }: Props) {
  return (
    <time dateTime={at} title={otherZones(at, zone).join(" · ") || undefined}>
      {zonedText(instant(at), browserZone())}
    </time>
  );
}

/** "Fri 20 Nov, 02:30 CET", and below it "3 h ago", so that it can be compared with a log file without hovering. */
export function DatedTime({ at, zone }: Props) {
  const text = useComputedFromNow((now) => relativeText(instant(at), now));
  return (
    <time dateTime={at} title={otherZones(at, zone).join(" · ") || undefined}>
      {shortZonedText(instant(at), browserZone())}
      <span className={styles["ago"]}>{text}</span>
    </time>
  );
}

/** The time in the zone in which it is meant, and in UTC; without the reader's own zone. */
function otherZones(at: string, zone: string | undefined): string[] {
  const zones = new Set([...(zone === undefined ? [] : [zone]), "UTC"]);
  zones.delete(browserZone());
  return [...zones].map((other) => zonedText(instant(at), other));
}
