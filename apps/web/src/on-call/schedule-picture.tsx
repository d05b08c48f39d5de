import { VisuallyHidden } from "@mantine/core";
import { onCallAt } from "@overdue/core";
import { DAY_MS } from "@overdue/schedules";
import { useComputedFromNow } from "../time/clock.ts";
import { dayText, parseWallClock, shortZonedText, wallClockText } from "../time/zones.ts";
import type { RotationDraft } from "./on-call-queries.ts";
import styles from "./schedule-picture.module.css";

type Props = { rotation: RotationDraft; people: ReadonlyMap<string, string> };

const WEEKS_SHOWN = 2;
/** How many colours the style sheet has for people. */
const COLOURS = 6;

/** Who is on call in the two weeks from today on: a line for each week, a part for each day. */
export function SchedulePicture({ rotation, people }: Props) {
  const today = useComputedFromNow((now) => Math.floor(now / 600_000) * 600_000);
  const weeks = listWeeks(rotation, today, WEEKS_SHOWN);
  return (
    <figure className={styles["picture"]} aria-label={`Who is on call in the next ${WEEKS_SHOWN * 7} days`}>
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

/** A span in which one person is on call, or nobody (null); epoch milliseconds. */
type Turn = { personId: string | null; from: number; until: number };

/** A week of the picture: `days` are the beginnings of its seven days, `until` is its end. */
type Week = { days: number[]; until: number; turns: Turn[] };

const TURNS_MAX = 500;

/** Who is on call in the next `count` weeks, from the beginning of today in the rotation's time zone. */
export function listWeeks(rotation: RotationDraft, now: number, count: number): Week[] {
  const days = dayStarts(rotation.timezone, now, count * 7 + 1);
  const turns = listTurns(rotation, days[0] ?? now, days.at(-1) ?? now);
  return Array.from({ length: count }, (_, week) => {
    const first = days[week * 7] ?? now;
    const until = days[week * 7 + 7] ?? now;
    return { days: days.slice(week * 7, week * 7 + 7), until, turns: clipTurns(turns, first, until) };
  });
}

/** The instants at which `count` days begin in a time zone, starting with today. */
function dayStarts(timezone: string, now: number, count: number): number[] {
  const today = Date.parse(`${wallClockText(now, timezone).slice(0, 10)}T00:00Z`);
  return Array.from({ length: count }, (_, day) => {
    const wall = new Date(today + day * DAY_MS).toISOString().slice(0, 16);
    return parseWallClock(wall, timezone) ?? today + day * DAY_MS;
  });
}

function listTurns(draft: RotationDraft, from: number, until: number): Turn[] {
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

/** The turns between two instants, shortened to them. */
function clipTurns(turns: readonly Turn[], from: number, until: number): Turn[] {
  return turns
    .filter((turn) => turn.from < until && turn.until > from)
    .map((turn) => ({ ...turn, from: Math.max(turn.from, from), until: Math.min(turn.until, until) }));
}
