import { type FieldReader, type FieldValues, numberNamed, fieldError } from "./fields.ts";
import type { Bounds, CronRules, FieldName } from "./rules.ts";

type Entry = { from: number; to: number; kind: "star" | "number" | "range"; isBackwardTaken?: boolean };

/**
 * Reads one field, in capitals.
 * @throws ScheduleError
 */
export function parseField(text: string, name: FieldName, { grammar, quirks }: CronRules): FieldValues {
  const reader = { name, bounds: grammar.bounds[name], grammar, quirks };
  const values: FieldValues = {
    numbers: new Set(),
    nthWeekdays: [],
    daysFromEnd: [],
    nearWorkdays: [],
    lastWorkday: false,
    hasStar: false,
  };
  if (quirks.values !== undefined && name !== "second" && name !== "year")
    return { ...values, numbers: new Set(quirks.values(text, name)) };
  const entries = text.split(",");
  for (const entry of entries) {
    const isWhole = addEntry(entry, { reader, values, isAlone: entries.length === 1 });
    if (!isWhole) break;
  }
  return values;
}

/** Adds the values of an entry. @returns whether it was read to its end; if not, the entries after it are ignored too */
function addEntry(
  entry: string,
  { reader, values, isAlone }: { reader: FieldReader; values: FieldValues; isAlone: boolean },
): boolean {
  if (entry === "") {
    if (reader.grammar.emptyEntries === "ignored" && !isAlone) return true;
    throw fieldError(reader, "has an empty entry: remove the extra comma");
  }
  if (readDayWord(entry, reader, values)) {
    if (isAlone || reader.grammar.wordsInLists) return true;
    throw fieldError(reader, `accepts “${entry}” only alone: give it a line of its own`);
  }
  if (isStar(entry, reader)) values.hasStar = true;
  const scan = new Scan(entry);
  const known = new Set(values.numbers);
  for (const number of numbersOf(scan, reader)) {
    const value = reader.name === "weekday" ? (number - reader.grammar.sunday + 7) % 7 : number;
    if (reader.grammar.duplicates === "refused" && known.has(value))
      throw fieldError(reader, `has ${number} twice: keep it once`);
    values.numbers.add(value);
  }
  return scan.isDone || reader.grammar.rest === "ends entry";
}

function isStar(entry: string, { name, grammar }: FieldReader): boolean {
  return entry === "*" || entry === "*/1" || (entry === "?" && grammar.question.includes(name));
}

function numbersOf(scan: Scan, reader: FieldReader): number[] {
  const { text } = scan;
  const entry = readEntry(scan, reader);
  const step = scan.take("/") ? readStep(scan, reader) : null;
  if (!scan.isDone && reader.grammar.rest === "refused") throw fieldError(reader, hint(reader, text));
  if (step === null) return spread(entry, 1, reader);
  refuseLongStep(step, entry, reader);
  if (entry.kind !== "number") return spread(entry, step, reader);
  if (reader.grammar.stepFromNumber === "refused")
    throw fieldError(
      reader,
      `accepts no step after a single number, as in “${text}”: write ${text.replace("/", `-${reader.bounds.max}/`)}`,
    );
  if (reader.grammar.stepFromNumber === "alone") return spread(entry, 1, reader);
  return spread({ ...entry, to: reader.bounds.starMax ?? reader.bounds.max }, step, reader);
}

function readEntry(scan: Scan, reader: FieldReader): Entry {
  const { bounds, name, grammar } = reader;
  const all: Entry = { from: bounds.starMin ?? bounds.min, to: bounds.starMax ?? bounds.max, kind: "star" };
  if (scan.take("*")) return all;
  if (scan.take("?")) {
    if (grammar.question.includes(name)) return all;
    throw fieldError(reader, "does not accept “?”: write * instead");
  }
  const from = readNumber(scan, reader, false);
  if (!scan.take("-")) return { from, to: from, kind: "number" };
  const isBackwardTaken = reader.quirks.backward?.(scan.text) ?? false;
  return { from, to: readNumber(scan, reader, true), kind: "range", isBackwardTaken };
}

function readStep(scan: Scan, reader: FieldReader): number {
  const digits = scan.takeDigits();
  const step = digits === "" || digits.length > reader.grammar.digits ? 0 : Number(digits);
  if (step === 0) throw fieldError(reader, `needs a whole number from 1 after the “/” in “${scan.text}”`);
  return step;
}

function refuseLongStep(step: number, entry: Entry, reader: FieldReader): void {
  const limit = stepLimit(entry, reader);
  if (step > 1 && step > limit)
    throw fieldError(
      reader,
      `accepts steps up to ${limit} here, so /${step} is too large: write the one number that it means`,
    );
}

function stepLimit({ from, to, kind }: Entry, { grammar, bounds }: FieldReader): number {
  const end = kind === "number" ? bounds.max : to;
  const length = end >= from ? end - from : bounds.max - from + 1 + end - bounds.min;
  if (grammar.stepMax === "largest") return bounds.max;
  if (grammar.stepMax === "size") return bounds.max - bounds.min + 1;
  return grammar.stepMax === "any" ? Infinity : length;
}

function spread({ from, to, isBackwardTaken = false }: Entry, step: number, reader: FieldReader): number[] {
  const { bounds, grammar, name } = reader;
  const numbers: number[] = [];
  const backward = grammar.backwardIn[name] ?? grammar.backward;
  if (from > to && backward === "refused" && !isBackwardTaken)
    throw fieldError(
      reader,
      `has a range that runs backwards, “${from}-${to}”: split it in two with a comma`,
    );
  if (from > to && backward === "first alone") return [from];
  const end = from > to && backward === "wraps" ? to + sizeOf(bounds, reader) : to;
  for (let value = from; value <= end; value += step)
    numbers.push(value > bounds.max ? value - sizeOf(bounds, reader) : value);
  return numbers;
}

/** How many values a field has. Weekdays have seven, although Sunday may be both 0 and 7. */
function sizeOf({ min, max }: Bounds, { name }: FieldReader): number {
  return name === "weekday" ? 7 : max - min + 1;
}

function readNumber(scan: Scan, reader: FieldReader, isEnd: boolean): number {
  const { bounds, grammar, name } = reader;
  const word = scan.takeLetters();
  if (word !== "") return readName(word, { reader, scan, isEnd });
  if (grammar.plus) scan.take("+");
  const digits = scan.takeDigits();
  const isCut = grammar.rest !== "ends entry" && /^[A-Z]/.test(scan.left);
  if (digits === "" || (digits.length > grammar.digits && name !== "year") || isCut)
    throw fieldError(reader, hint(reader, digits + scan.left));
  const value = Number(digits);
  if (value < bounds.min || value > bounds.max) throw fieldError(reader, outOfBounds(value, reader));
  return name === "weekday" ? (grammar.aliases[value] ?? value) : value;
}

function readName(
  word: string,
  { reader, scan, isEnd }: { reader: FieldReader; scan: Scan; isEnd: boolean },
): number {
  const value = numberNamed(word, reader, isEnd);
  if (value === null) throw fieldError(reader, hint(reader, word));
  if (reader.grammar.names === "three" && word.length > 3 && reader.grammar.rest === "ends field")
    scan.back(word.length - 3);
  return value;
}

/** A position in the text of an entry, from which it is read. */
class Scan {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isDone(): boolean {
    return this.#at === this.text.length;
  }

  get left(): string {
    return this.text.slice(this.#at);
  }

  take(sign: string): boolean {
    if (this.text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  takeDigits(): string {
    return this.#takeWhile(/\d/);
  }

  takeLetters(): string {
    return this.#takeWhile(/[A-Z]/);
  }

  back(count: number): void {
    this.#at -= count;
  }

  #takeWhile(kind: RegExp): string {
    const start = this.#at;
    while (this.#at < this.text.length && kind.test(this.text[this.#at] ?? "")) this.#at++;
    return this.text.slice(start, this.#at);
  }
}

function outOfBounds(value: number, { name, bounds, grammar }: FieldReader): string {
  const isSunday = name === "weekday" && value === 7 && grammar.sunday === 0;
  const way = isSunday ? ": write 0 for Sunday" : "";
  return `goes from ${bounds.min} to ${bounds.max}, so ${value} is too ${value < bounds.min ? "small" : "large"}${way}`;
}

function hint({ name, bounds, grammar }: FieldReader, text: string): string {
  if (text === "") return "has a number missing: write one on each side of “-” and before “/”";
  const hasNames = grammar.names !== "none" && (name === "month" || name === "weekday");
  const names = hasNames ? (name === "month" ? " or JAN to DEC" : " or SUN to SAT") : "";
  return `cannot read “${text}”: use *, numbers from ${bounds.min} to ${bounds.max}${names}, ranges such as 1-5, lists and steps`;
}

const DAY_OF_MONTH_MAX = 31;

/**
 * Reads an entry such as `L`, `15W` or `FRI#2` into `values`. False: it is no such word, or this scheduler does not know it.
 * @throws ScheduleError if the scheduler knows the word but not with this number
 */
function readDayWord(entry: string, reader: FieldReader, values: FieldValues): boolean {
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
      throw fieldError(reader, `counts at most 30 days back from the last, not ${distance}`);
    return values.daysFromEnd.push(distance) > 0;
  }
  const negative = /^-([1-9]\d?)$/.exec(entry);
  if (negative && words.includes("-n")) return values.daysFromEnd.push(Number(negative[1]) - 1) > 0;
  const near = /^(\d{1,2})W$/.exec(entry);
  if (!near || !words.includes("nW")) return false;
  const day = Number(near[1]);
  if (day < 1 || day > DAY_OF_MONTH_MAX) throw fieldError(reader, `goes from 1 to 31, so ${entry} is no day`);
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
  const { min, max } = reader.grammar.nth;
  if (nth < min || nth > max)
    throw fieldError(
      reader,
      `counts weekdays from #${min} to #${max}, and “${entry}” is none of them: write FRI#2 for the second Friday`,
    );
  return addNth(values, weekday, sign === "-" ? -nth : nth);
}

function addNth(values: FieldValues, weekday: number, nth: number): boolean {
  return values.nthWeekdays.push({ weekday, nth }) > 0;
}

/** The weekday of a number or a name, with Sunday as 0; null if it is none. */
function weekdayIn(text: string | undefined, reader: FieldReader): number | null {
  if (text === undefined) return null;
  const { bounds, grammar } = reader;
  const number = /^\d+$/.test(text) ? Number(text) : numberNamed(text, reader);
  if (number === null || number < bounds.min || number > bounds.max) return null;
  return (number - grammar.sunday + 7) % 7;
}
