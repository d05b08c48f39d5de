import { ScheduleError } from "../schedule-error.ts";

/**
 * One entry of a field's list: `start` or `start..stop`, with or without `/repeat`. `stop` null: there is none; `repeat` 0: there
 * is none. Seconds are counted in microseconds.
 */
export type Component = { start: number; stop: number | null; repeat: number };

/** A field's list; null is `*`. */
export type Chain = readonly Component[] | null;

export type CalendarField = { name: string; min: number; max: number; unit: number };

export const MICROS_PER_SECOND = 1_000_000;
export const YEAR: CalendarField = { name: "year", min: 1970, max: 2199, unit: 1 };
export const MONTH: CalendarField = { name: "month", min: 1, max: 12, unit: 1 };
export const DAY: CalendarField = { name: "day", min: 1, max: 31, unit: 1 };
/** `~1` is the last day of the month. Days that some month does not have are refused. */
export const DAY_FROM_END: CalendarField = { name: "day after “~”", min: 1, max: 28, unit: 1 };
export const HOUR: CalendarField = { name: "hour", min: 0, max: 23, unit: 1 };
export const MINUTE: CalendarField = { name: "minute", min: 0, max: 59, unit: 1 };
export const SECOND: CalendarField = {
  name: "second",
  min: 0,
  max: 60 * MICROS_PER_SECOND - 1,
  unit: MICROS_PER_SECOND,
};

const COMPONENTS_MAX = 240;
const WHOLE = /^(\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/;
const FRACTIONAL = /^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?(?:\/(\d+(?:\.\d+)?))?$/;

/**
 * Reads, normalises and checks one field as systemd does.
 * @throws ScheduleError
 */
export function parseChain(field: CalendarField, text: string): Chain {
  if (text === "*") return field === SECOND ? [{ start: 0, stop: null, repeat: MICROS_PER_SECOND }] : null;
  const entries = text.split(",");
  if (entries.length > COMPONENTS_MAX) throw fieldError(field, "lists too many values: use ranges");
  const components = entries.map((entry) => normalise(parseComponent(field, entry)));
  const sorted = unique(components.toSorted(byPosition));
  for (const [index, entry] of sorted.entries()) refuseOutOfRange(boundsOfEntry(field, index), entry);
  return sorted;
}

export function component(start: number): Component {
  return { start, stop: null, repeat: 0 };
}

function parseComponent(field: CalendarField, entry: string): Component {
  const [, start, stop, repeat] = (field === SECOND ? FRACTIONAL : WHOLE).exec(entry) ?? [];
  if (start === undefined) throw fieldError(field, unreadable(entry));
  const parsed: Component = {
    start: valueOf(field, start),
    stop: stop === undefined ? null : valueOf(field, stop),
    repeat: repeat === undefined ? (stop === undefined ? 0 : field.unit) : microsOrNumber(field, repeat),
  };
  if (repeat !== undefined && parsed.repeat === 0)
    throw fieldError(field, `needs a step of at least 1 in “${entry}”`);
  if (parsed.stop !== null && parsed.stop < parsed.start)
    throw fieldError(field, `has a range that runs backwards, “${entry}”: split it in two with a comma`);
  if (
    field === SECOND &&
    repeat === undefined &&
    parsed.stop !== null &&
    parsed.start + parsed.repeat > parsed.stop
  )
    throw fieldError(field, `has a range shorter than a second, “${entry}”: write one value`);
  return parsed;
}

function unreadable(entry: string): string {
  if (entry === "") return "has an empty entry: remove the extra comma, or write * for any";
  if (entry.startsWith("*")) return `cannot read “${entry}”: * stands alone, so write 0/10 for every tenth`;
  return `cannot read “${entry}”: use *, numbers, ranges such as 1..5, lists such as 1,5 and steps such as 0/10`;
}

function valueOf(field: CalendarField, text: string): number {
  const value = microsOrNumber(field, text);
  if (field !== YEAR || value >= 100) return value;
  return value < 70 ? value + 2000 : value + 1900;
}

/** The seventh decimal rounds the sixth, as in systemd. */
function microsOrNumber(field: CalendarField, text: string): number {
  if (field.unit === 1) return Number(text);
  const [whole = "0", decimals = ""] = text.split(".");
  const micros = Number(decimals.slice(0, 6).padEnd(6, "0")) + (Number(decimals[6] ?? 0) >= 5 ? 1 : 0);
  return Number(whole) * MICROS_PER_SECOND + micros;
}

/** Ends a range at its last step. A range or step with only one value becomes that value. */
function normalise({ start, stop, repeat }: Component): Component {
  if (stop === null) return { start, stop, repeat };
  const last = repeat > 0 ? stop - ((stop - start) % repeat) : stop;
  return last === start ? component(start) : { start, stop: last, repeat };
}

/** In a list after “~” systemd lowers the bound by three more days for each further entry. */
function boundsOfEntry(field: CalendarField, index: number): CalendarField {
  return field === DAY_FROM_END ? { ...field, max: field.max - 3 * index } : field;
}

function refuseOutOfRange(field: CalendarField, { start, stop, repeat }: Component): void {
  for (const value of [start, stop ?? start]) {
    if (value < field.min || value > field.max)
      throw fieldError(
        field,
        `goes from ${shownValue(field, field.min)} to ${shownValue(field, field.max)}, so ${shownValue(field, value)} is out of range`,
      );
  }
  const room = field.name === DAY_FROM_END.name ? start - field.min : field.max - start;
  if (stop === null && repeat > room)
    throw fieldError(
      field,
      `ends before the first step of ${shownValue(field, repeat)} from ${shownValue(field, start)}: make it smaller or leave it out`,
    );
}

function shownValue(field: CalendarField, value: number): number {
  return field.unit === 1 ? value : Math.floor(value / field.unit);
}

function fieldError(field: CalendarField, problem: string): ScheduleError {
  return new ScheduleError(`The ${field.name} field ${problem}.`);
}

function byPosition(one: Component, other: Component): number {
  return one.start - other.start || (one.stop ?? -1) - (other.stop ?? -1) || one.repeat - other.repeat;
}

function unique(sorted: Component[]): Component[] {
  return sorted.filter((entry, index) => {
    const previous = sorted[index - 1];
    return previous === undefined || byPosition(previous, entry) !== 0;
  });
}

/** The smallest value from `from` on that the list selects; null if there is none. */
export function leastFrom(chain: NonNullable<Chain>, from: number): number | null {
  let least: number | null = null;
  for (const component of chain) {
    const value = nextOf(component, from);
    if (value !== null && (least === null || value < least)) least = value;
  }
  return least;
}

// A step without a stop runs past the bound of the field; the calendar then carries the value over into the next unit.
function nextOf({ start, stop, repeat }: Component, from: number): number | null {
  if (start >= from) return start;
  if (repeat === 0) return null;
  const value = start + repeat * Math.ceil((from - start) / repeat);
  return stop === null || value <= stop ? value : null;
}

/** Whether the chain has this value; null, which is `*`, has them all. */
export function selects(chain: Chain, value: number): boolean {
  return chain === null || leastFrom(chain, value) === value;
}
