import type { FieldName } from "../cron/rules.ts";
import { MONTH_WORDS, WEEKDAY_WORDS } from "../cron/fields.ts";
import { ScheduleError } from "../schedule-error.ts";

const BUSYBOX_FIELDS: Readonly<Record<string, { size: number; shift: number }>> = {
  minute: { size: 60, shift: 0 },
  hour: { size: 24, shift: 0 },
  day: { size: 32, shift: 0 },
  month: { size: 12, shift: -1 },
  weekday: { size: 7, shift: 0 },
};
const TURNS_MAX = 1024;

/**
 * BusyBox reads entry by entry and never refuses a line: at an error it logs, and keeps the values selected so far. It goes round
 * the field from the first value to the last, so that a last value which the field does not have selects everything. Days of the
 * month begin with 0, so that every second day is an even one.
 */
export function busyboxValues(text: string, field: FieldName): Set<number> {
  const { size, shift } = BUSYBOX_FIELDS[field] ?? { size: 1, shift: 0 };
  const selected = new Set<number>();
  let rest = text;
  for (;;) {
    const entry = busyboxEntry(rest, field, shift);
    if (entry === null || !goRound(entry, size, selected)) break;
    rest = entry.rest;
    if (!rest.startsWith(",")) break;
    rest = rest.slice(1);
  }
  return new Set([...selected].map((value) => value - shift));
}

type BusyboxEntry = { first: number; last: number; step: number; rest: string };

function busyboxEntry(text: string, field: FieldName, shift: number): BusyboxEntry | null {
  const { size } = BUSYBOX_FIELDS[field] ?? { size: 1 };
  const first = busyboxValue(text, field, shift);
  if (first === null) return null;
  let { rest } = first;
  let last = first.isStar ? size - 1 : first.value;
  if (rest.startsWith("-") && !first.isStar) {
    const end = busyboxValue(rest.slice(1), field, shift);
    if (end === null) return null;
    last = end.isStar ? size - 1 : end.value;
    ({ rest } = end);
  }
  const [, digits] = /^\/(\d*)/.exec(rest) ?? [];
  if (digits === undefined) return { first: first.value, last, step: 1, rest };
  return { first: first.value, last, step: Number(digits), rest: rest.slice(digits.length + 1) };
}

function busyboxValue(
  text: string,
  field: FieldName,
  shift: number,
): { value: number; isStar: boolean; rest: string } | null {
  if (text.startsWith("*")) return { value: 0, isStar: true, rest: text.slice(1) };
  const digits = /^\d+/.exec(text)?.[0];
  if (digits !== undefined)
    return { value: Number(digits) + shift, isStar: false, rest: text.slice(digits.length) };
  const names = field === "month" ? MONTH_WORDS : field === "weekday" ? WEEKDAY_WORDS : [];
  const index = names.findIndex((name) => text.startsWith(name.slice(0, 3)));
  return index < 0 ? null : { value: index, isStar: false, rest: text.slice(3) };
}

/** Selects the values from the first to the last. False: it never reaches the last value. */
function goRound({ first, last, step }: BusyboxEntry, size: number, selected: Set<number>): boolean {
  let value = first - 1;
  let left = 1;
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    value = (value + 1) % size;
    if (--left === 0) {
      selected.add(value);
      left = step;
    }
    if (value === last) return true;
  }
  return false;
}

const SYSTEMD_CRON_FIELDS: Readonly<Record<string, { least: number; size: number }>> = {
  minute: { least: 0, size: 60 },
  hour: { least: 0, size: 24 },
  day: { least: 1, size: 31 },
  month: { least: 1, size: 12 },
  weekday: { least: 0, size: 7 },
};

/**
 * systemd-cron 1.15 takes slices of a list of values. Its list of months lacks October, so that NOV is October and DEC November.
 * It takes weekdays modulo 7, so that 0-7 is only Sunday.
 * @throws ScheduleError if nothing is selected
 */
export function systemdCronValues(text: string, field: FieldName): number[] {
  const { least, size } = SYSTEMD_CRON_FIELDS[field] ?? { least: 0, size: 1 };
  const all = Array.from({ length: size }, (_, index) => least + index);
  const selected = text.split(",").flatMap((entry) => slice(all, entry, { field, least }));
  if (selected.length > 0) return selected;
  throw new ScheduleError(
    `systemd-cron reads nothing in “${text}” for the ${field}, and creates no timer: write numbers from ${least} to ${least + size - 1}.`,
  );
}

function slice(
  all: number[],
  entry: string,
  { field, least }: { field: FieldName; least: number },
): number[] {
  const [range = "", step = "1"] = entry.split("/");
  if (!/^\+?\d+$/.test(step) || Number(step) === 0) return refuse(entry, field);
  const everyStep = (list: number[]) => list.filter((_, index) => index % Number(step) === 0);
  if (range === "*") return everyStep(all);
  const [from = "", to = from] = range.split("-");
  const start = systemdCronNumber(from, field) - least;
  if (start < 0) return refuse(entry, field);
  return everyStep(all.slice(start, systemdCronNumber(to, field) - least + 1));
}

function systemdCronNumber(text: string, field: FieldName): number {
  const names = field === "month" ? MONTH_WORDS.filter((name) => name !== "OCTOBER") : WEEKDAY_WORDS;
  const index =
    /^[A-Z]{3}/.test(text) && (field === "month" || field === "weekday")
      ? names.findIndex((name) => name.startsWith(text.slice(0, 3)))
      : -1;
  if (index >= 0) return field === "month" ? index + 1 : index;
  if (!/^\+?\d+$/.test(text)) return refuse(text, field);
  return field === "weekday" ? Number(text) % 7 : Number(text);
}

function refuse(text: string, field: FieldName): never {
  throw new ScheduleError(
    `systemd-cron cannot read “${text}” for the ${field}, and creates no timer: write numbers, ranges and steps.`,
  );
}
