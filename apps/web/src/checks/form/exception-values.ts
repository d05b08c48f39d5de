import { WEEKDAY_NAMES } from "@overdue/schedules";
import type { CheckView } from "../check-queries.ts";

type Exceptions = NonNullable<Extract<CheckView["schedule"], { kind: "cron" | "oncalendar" }>["except"]>;
type CountedDay = NonNullable<Exceptions["onlyOn"]>[number];

/** The days without a run, as a person types and chooses them. A counted day is written as "2 working day". */
export type ExceptionValues = { dates: string[]; holidays: string[]; onlyOn: string[] };

export const NO_EXCEPTIONS: ExceptionValues = { dates: [], holidays: [], onlyOn: [] };

const DAYS: readonly CountedDay["day"][] = ["working day", "weekday", ...WEEKDAY_NAMES];
/** Which day of a month: 1 is the first, -1 the last. */
const RANKS = [1, 2, 3, 4, 5, -1];
const RANK_WORDS = new Map([
  [1, "first"],
  [2, "second"],
  [3, "third"],
  [-1, "last"],
]);

/** The counted days to choose from, including rare ones that are already chosen. */
export function countedDayOptions(chosen: readonly string[]): { value: string; label: string }[] {
  const common = DAYS.flatMap((day) => RANKS.map((nth) => `${nth} ${day}`));
  return [...new Set([...common, ...chosen])].map((value) => ({ value, label: countedDayLabel(value) }));
}

export function exceptionValues(except: Exceptions | undefined): ExceptionValues {
  const { dates = [], holidays = [], onlyOn = [] } = except ?? {};
  return { dates, holidays, onlyOn: onlyOn.map(({ nth, day }) => `${nth} ${day}`) };
}

/** The exceptions as the API takes them; undefined if there are none. */
export function exceptionsInput({ dates, holidays, onlyOn }: ExceptionValues): Exceptions | undefined {
  const exceptions = {
    ...(dates.length > 0 && { dates }),
    ...(holidays.length > 0 && { holidays }),
    ...(onlyOn.length > 0 && { onlyOn: onlyOn.flatMap(parseCountedDay) }),
  };
  return Object.keys(exceptions).length > 0 ? exceptions : undefined;
}

function parseCountedDay(value: string): CountedDay[] {
  const [nth = "", ...words] = value.split(" ");
  const day = DAYS.find((known) => known === words.join(" "));
  return day ? [{ nth: Number(nth), day }] : [];
}

function countedDayLabel(value: string): string {
  const [nth = "", ...words] = value.split(" ");
  const rank = Number(nth);
  const word = RANK_WORDS.get(rank) ?? (rank < 0 ? `${-rank}th last` : `${rank}th`);
  return `${word} ${words.join(" ")}`;
}
