import { VisuallyHidden } from "@mantine/core";
import { onCallAt } from "@overdue/core";
import { useComputedFromNow } from "../time/clock.ts";
import { dayText, parseWallClock, shortZonedText, wallClockText } from "../time/zones.ts";
import type { RotationDraft } from "./on-call-queries.ts";
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

/** Who is on call for how long: epoch milliseconds; null for nobody. */
type Turn = { personId: string | null; from: number; until: number };

/** A week of the picture: its days begin at `days[0]` … `days[6]` and end at `until`. */
type Week = { days: number[]; until: number; turns: Turn[] };

const DAY_MS = 86_400_000;
const TURNS_MAX = 500;

/** Who is on call in the next `count` weeks, from the beginning of today by the rotation's own clock. */
export function weeksFrom(rotation: RotationDraft, now: number, count: number): Week[] {
  const days = daysFrom(rotation.timezone, now, count * 7 + 1);
  const turns = turnsBetween(rotation, days[0] ?? now, days.at(-1) ?? now);
  return Array.from({ length: count }, (_, week) => {
    const first = days[week * 7] ?? now;
    const until = days[week * 7 + 7] ?? now;
    return { days: days.slice(week * 7, week * 7 + 7), until, turns: cut(turns, first, until) };
  });
}

/** The instants at which days begin in a zone, from today's on. */
function daysFrom(timezone: string, now: number, count: number): number[] {
  const today = Date.parse(`${wallClockText(now, timezone).slice(0, 10)}T00:00Z`);
  return Array.from({ length: count }, (_, day) => {
    const wall = new Date(today + day * DAY_MS).toISOString().slice(0, 16);
    return parseWallClock(wall, timezone) ?? today + day * DAY_MS;
  });
}

function turnsBetween(draft: RotationDraft, from: number, until: number): Turn[] {
  const overrides = draft.overrides.map((one) => ({
    personId: one.personId,
    from: Date.parse(one.from),
    until: Date.parse(one.until),
  }));
  const rotation = { ...draft, id: "", overrides };
  const turns: Turn[] = [];
  for (let at = from; at < until && turns.length < TURNS_MAX;) {
    const found = onCallAt(rotation, at) ?? { personId: null, until };
    turns.push({ personId: found.personId, from: at, until: Math.min(found.until, until) });
    at = found.until;
  }
  return turns;
}

function cut(turns: readonly Turn[], from: number, until: number): Turn[] {
  return turns
    .filter((turn) => turn.from < until && turn.until > from)
    .map((turn) => ({ ...turn, from: Math.max(turn.from, from), until: Math.min(turn.until, until) }));
}
