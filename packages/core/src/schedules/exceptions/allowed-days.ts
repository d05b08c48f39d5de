import { holidaysOf } from "#holidays";
import { civilDateOf, type DayNumber, dayNumberOf, daysInMonth, weekdayOf } from "../civil.ts";
import { COUNTED_DAYS, type CountedDay, daysIn, type Exceptions } from "./exceptions.ts";

// A rarer day than one in five years is no schedule.
const SEARCH_DAYS = 5 * 366;
const WEEKDAY_OF: readonly CountedDay["day"][] = ["Sunday", ...COUNTED_DAYS.slice(2, 8)];

/** The days that exceptions leave. */
export class AllowedDays {
  readonly #exceptions: Exceptions;
  readonly #spans: { first: DayNumber; last: DayNumber }[];
  #month: { first: DayNumber; days: ReadonlySet<DayNumber> } = { first: Number.NaN, days: new Set() };

  constructor(exceptions: Exceptions) {
    this.#exceptions = exceptions;
    this.#spans = (exceptions.dates ?? []).flatMap((entry) => daysIn(entry) ?? []);
  }

  /** The first allowed day from `from` on; null if the next five years have none. */
  nextFrom(from: DayNumber): DayNumber | null {
    for (let day = from; day <= from + SEARCH_DAYS; day++) if (this.#isAllowed(day)) return day;
    return null;
  }

  #isAllowed(day: DayNumber): boolean {
    return !this.#isListed(day) && this.#isWantedOfMonth(day) && !this.#isHoliday(day);
  }

  #isListed(day: DayNumber): boolean {
    return this.#spans.some(({ first, last }) => day >= first && day <= last);
  }

  #isHoliday(day: DayNumber): boolean {
    const { year } = civilDateOf(day);
    return (this.#exceptions.holidays ?? []).some((region) => holidaysOf(region, year).has(day));
  }

  #isWantedOfMonth(day: DayNumber): boolean {
    const wanted = this.#exceptions.onlyOn ?? [];
    if (wanted.length === 0) return true;
    const { year, month } = civilDateOf(day);
    const first = dayNumberOf(year, month, 1);
    if (this.#month.first !== first) {
      const all = Array.from({ length: daysInMonth(year, month) }, (_, index) => first + index);
      this.#month = { first, days: new Set(wanted.flatMap((counted) => this.#nthOf(all, counted) ?? [])) };
    }
    return this.#month.days.has(day);
  }

  #nthOf(days: DayNumber[], { nth, day }: CountedDay): DayNumber | undefined {
    return days.filter((candidate) => this.#counts(candidate, day)).at(nth > 0 ? nth - 1 : nth);
  }

  #counts(day: DayNumber, as: CountedDay["day"]): boolean {
    const weekday = weekdayOf(day);
    if (as === "weekday") return weekday >= 1 && weekday <= 5;
    if (as === "working day") return weekday >= 1 && weekday <= 5 && !this.#isHoliday(day);
    return WEEKDAY_OF[weekday] === as;
  }
}
