import { IconAlertTriangle, IconClock, IconInfoCircle } from "@tabler/icons-react";

import { relativeText } from "../../time/duration.ts";
import { useNow } from "../../time/clock.ts";
import { browserZone, instant, shortZonedText } from "../../time/zones.ts";
import type { Meaning } from "../schedule-queries.ts";
import styles from "./schedule-preview.module.css";

/** What a schedule means: in words, its next times, what is odd about it, and how its scheduler handles missed runs. */
export function ScheduleMeaning({ meaning, zone }: { meaning: Meaning; zone: string }) {
  return (
    <>
      <p className={styles["text"]}>{meaning.text}</p>
      <Lints lints={meaning.lints} />
      <NextList next={meaning.next} zone={zone} />
      <ClockChanges changes={meaning.changes} />
      <Policy policy={meaning.policy} />
    </>
  );
}

function Lints({ lints }: Pick<Meaning, "lints">) {
  return lints.map(({ code, message }) => {
    const Icon = code === "never" ? IconAlertTriangle : IconInfoCircle;
    return (
      <p key={message} className={styles["lint"]} data-code={code}>
        <Icon size={18} aria-hidden />
        <span>{message}</span>
      </p>
    );
  });
}

function NextList({ next, zone }: Pick<Meaning, "next"> & { zone: string }) {
  const here = browserZone();
  const now = useNow();
  return (
    <ol className={styles["list"]} aria-label="Next times">
      {next.map(({ at }) => (
        <li key={at}>
          <IconClock size={16} aria-hidden />
          <span>
            <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>
            {zone !== here && (
              <span className={styles["here"]}>here {shortZonedText(instant(at), here)}</span>
            )}
          </span>
          <span className={styles["in"]}>{relativeText(instant(at), now)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What the scheduler does at the next changes to or from daylight saving time. */
function ClockChanges({ changes }: Pick<Meaning, "changes">) {
  if (changes.length === 0) return null;
  return (
    <div className={styles["part"]}>
      <h3>At the next clock changes</h3>
      {changes.map(({ at, timezone, text, effect, affected }) => (
        <p key={`${at} ${timezone}`} className={styles["note"]}>
          {text}, {timezone}.
          <span className={affected.length > 0 ? styles["mark"] : styles["calm"]}>{effect}</span>
        </p>
      ))}
    </div>
  );
}

/** What the scheduler does about runs that it could not start in time, or that take too long. */
function Policy({ policy: { usual, others } }: Pick<Meaning, "policy">) {
  if (usual.length === 0) return null;
  return (
    <div className={styles["part"]}>
      <h3>Missed and long runs</h3>
      <p className={styles["note"]}>{usual.join(" ")}</p>
      {others.length > 0 && (
        <details className={styles["others"]}>
          <summary>Set up otherwise</summary>
          <ul>
            {others.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
