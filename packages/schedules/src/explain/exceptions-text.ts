import type { Exceptions } from "../exceptions/exceptions.ts";
import { listText, rank } from "./english.ts";

const DATES_SHOWN = 5;

/** Each kind of exception as a clause: "not on public holidays in DE-BY". */
export function exceptionsText({ dates = [], holidays = [], onlyOn = [] }: Exceptions): string[] {
  const clauses: string[] = [];
  if (onlyOn.length > 0)
    clauses.push(`only on ${listText(onlyOn.map(({ nth, day }) => `the ${rank(nth)} ${day}`))} of the month`);
  if (holidays.length > 0) clauses.push(`not on public holidays in ${listText(holidays)}`);
  if (dates.length > 0) clauses.push(`not on ${datesText(dates)}`);
  return clauses;
}

function datesText(dates: string[]): string {
  const shown = dates.slice(0, DATES_SHOWN).map((entry) => entry.replace("..", " to "));
  const more = dates.length - shown.length;
  return listText(more > 0 ? [...shown, `${more} more ${more === 1 ? "date" : "dates"}`] : shown);
}
