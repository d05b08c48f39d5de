import { type FieldReader, type FieldValues, numberNamed, wrong } from "./field-reader.ts";

const DAY_OF_MONTH_MAX = 31;

/**
 * Reads an entry such as `L`, `15W` or `FRI#2` into `values`; false for one that is no such word, or that this scheduler
 * does not know.
 * @throws ScheduleError for one that the scheduler knows with a number that it does not take
 */
export function readDayWord(entry: string, reader: FieldReader, values: FieldValues): boolean {
  if (reader.name === "day") return readMonthdayWord(entry, reader, values);
  return reader.name === "weekday" && readWeekdayWord(entry, reader, values);
}

function readMonthdayWord(entry: string, reader: FieldReader, values: FieldValues): boolean {
  const { words } = reader.grammar;
  if (entry === "L" && words.includes("L")) return values.daysFromEnd.push(0) > 0;
  if (entry === "LW" && words.includes("LW")) return (values.lastWorkday = true);
  const fromEnd = /^L-(\d{1,2})$/.exec(entry);
  if (fromEnd && words.includes("L-n")) {
    const distance = Number(fromEnd[1]);
    if (distance >= DAY_OF_MONTH_MAX)
      throw wrong(reader, `counts up to 30 days back from the last, not ${distance}`);
    return values.daysFromEnd.push(distance) > 0;
  }
  const negative = /^-([1-9]\d?)$/.exec(entry);
  if (negative && words.includes("-n")) return values.daysFromEnd.push(Number(negative[1]) - 1) > 0;
  const near = /^(\d{1,2})W$/.exec(entry);
  if (!near || !words.includes("nW")) return false;
  const day = Number(near[1]);
  if (day < 1 || day > DAY_OF_MONTH_MAX) throw wrong(reader, `goes from 1 to 31, so ${entry} is no day`);
  return values.nearWorkdays.push(day) > 0;
}

function readWeekdayWord(entry: string, reader: FieldReader, values: FieldValues): boolean {
  const { words } = reader.grammar;
  const last = /^(\w+)L$/.exec(entry) ?? undefined;
  const lastInFront = /^L(\w+)$/.exec(entry) ?? undefined;
  if (last && words.includes("wL") && weekdayIn(last[1], reader) !== null)
    return addNth(values, weekdayIn(last[1], reader) ?? 0, -1);
  if (lastInFront && words.includes("Lw") && weekdayIn(lastInFront[1], reader) !== null)
    return addNth(values, weekdayIn(lastInFront[1], reader) ?? 0, -1);
  const [, day, sign, digits] = /^(\w+)#(-?)(\d+)$/.exec(entry) ?? [];
  const weekday = weekdayIn(day, reader);
  if (weekday === null || !words.includes(sign === "-" ? "w#-n" : "w#n")) return false;
  const nth = Number(digits);
  if (nth < reader.grammar.nth.min || nth > reader.grammar.nth.max)
    throw wrong(
      reader,
      `counts weekdays from #1 to #5, and “${entry}” is none of them: write FRI#2 for the second Friday`,
    );
  return addNth(values, weekday, sign === "-" ? -nth : nth);
}

function addNth(values: FieldValues, weekday: number, nth: number): boolean {
  return values.nthWeekdays.push({ weekday, nth }) > 0;
}

/** The weekday, from Sunday 0, that a number or a name stands for; null where it is none. */
function weekdayIn(text: string | undefined, reader: FieldReader): number | null {
  if (text === undefined) return null;
  const { bounds, grammar } = reader;
  const number = /^\d+$/.test(text) ? Number(text) : numberNamed(text, reader);
  if (number === null || number < bounds.min || number > bounds.max) return null;
  return (number - grammar.sunday + 7) % 7;
}
