import { VisuallyHidden } from "@mantine/core";

import { useComputedFromNow } from "../time/clock.ts";
import { dayText, shortZonedText } from "../time/zones.ts";
import type { RotationDraft } from "./rotation.ts";
import { type Turn, type Week, weeksFrom } from "./schedule.ts";
import styles from "./schedule-picture.module.css";

type Props = { rotation: RotationDraft; people: ReadonlyMap<string, string> };

const WEEKS = 2;
const COLOURS = 6;

/** Who is on call when, for two weeks from today: a line per week, a day in each of its seven parts. */
export function SchedulePicture({ rotation, people }: Props) {
  const today = useComputedFromNow((now) => Math.floor(now / 600_000) * 600_000);
  const weeks = weeksFrom(rotation, today, WEEKS);
  return (
    <figure className={styles["picture"]} aria-label={`Who is on call in the next ${WEEKS * 7} days`}>
      {weeks.map((week, index) => (
        <div key={week.until} className={styles["week"]}>
          <div className={styles["days"]} aria-hidden>
            {week.days.map((day, number) => (
              <span key={day} data-today={(index === 0 && number === 0) || undefined}>
                {dayText(day, rotation.timezone)}
              </span>
            ))}
          </div>
          <ol className={styles["turns"]}>
            {week.turns.map((turn) => (
              <TurnBar key={turn.from} turn={turn} week={week} rotation={rotation} people={people} />
            ))}
          </ol>
        </div>
      ))}
      <figcaption className={styles["caption"]}>
        Days and handovers in the time zone {rotation.timezone}.
      </figcaption>
    </figure>
  );
}

function TurnBar({ turn, week, rotation, people }: Props & { turn: Turn; week: Week }) {
  const [first = 0] = week.days;
  const { personId, from, until } = turn;
  const share = ((until - from) / (week.until - first)) * 100;
  const name = personId === null ? "nobody" : (people.get(personId) ?? "a removed person");
  const colour = personId === null ? -1 : rotation.personIds.indexOf(personId);
  const span = `${shortZonedText(from, rotation.timezone)} to ${shortZonedText(until, rotation.timezone)}`;
  return (
    <li
      className={styles["turn"]}
      style={{ width: `${share}%` }}
      data-colour={colour < 0 ? "none" : colour % COLOURS}
      title={`${name}: ${span}`}
    >
      <span aria-hidden>{name}</span>
      <VisuallyHidden>
        {name}, {span}
      </VisuallyHidden>
    </li>
  );
}
