import { holidaysOf } from "#holidays";
import { boundedCache } from "../bounded-cache.ts";
import { civilDateOf, type DayNumber, dayNumberOf, daysInMonth, weekdayOf } from "../civil.ts";
import { DAY_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { COUNTED_DAYS, type CountedDay, daysIn, type Exceptions } from "./exceptions.ts";

// A rarer day than one in five years is no schedule.
const SEARCH_DAYS = 5 * 366;
// The holidays of a year cost milliseconds, in some countries tens of them. A time that twelve such years refuse is
// looked for no longer; without holidays it is by the days that were looked at.
const HOLIDAY_YEARS_MAX = 12;
const DAYS_MAX = 20_000;
const WEEKDAY_OF: readonly CountedDay["day"][] = ["Sunday", ...COUNTED_DAYS.slice(2, 8)];

/** The days that exceptions leave. */
class AllowedDays {
  readonly #exceptions: Exceptions;
  readonly #spans: { first: DayNumber; last: DayNumber }[];
  #yearsAsked = new Set<number>();
  #daysAsked = 0;
  #month: { first: DayNumber; days: ReadonlySet<DayNumber> } = { first: Number.NaN, days: new Set() };

  constructor(exceptions: Exceptions) {
    this.#exceptions = exceptions;
    this.#spans = (exceptions.dates ?? []).flatMap((entry) => daysIn(entry) ?? []);
  }

  /** Call before the first `nextFrom` of a search: the whole search has its bounds. */
  startSearch(): void {
    this.#yearsAsked = new Set();
    this.#daysAsked = 0;
  }

  /** The first allowed day from `from` on; null if the next five years have none, or the search has gone on for too long. */
  nextFrom(from: DayNumber): DayNumber | null {
    for (let day = from; day <= from + SEARCH_DAYS && !this.#isOverdone(); day++)
      if (this.#isAllowed(day)) return this.#isOverdone() ? null : day;
    return null;
  }

  #isOverdone(): boolean {
    return this.#daysAsked > DAYS_MAX || this.#yearsAsked.size > HOLIDAY_YEARS_MAX;
  }

  #isAllowed(day: DayNumber): boolean {
    this.#daysAsked += 1;
    return !this.#isListed(day) && this.#isWantedOfMonth(day) && !this.#isHoliday(day);
  }

  #isListed(day: DayNumber): boolean {
    return this.#spans.some(({ first, last }) => day >= first && day <= last);
  }

  #isHoliday(day: DayNumber): boolean {
    const { holidays = [] } = this.#exceptions;
    if (holidays.length === 0) return false;
    const { year } = civilDateOf(day);
    this.#yearsAsked.add(year);
    if (this.#yearsAsked.size > HOLIDAY_YEARS_MAX) return true;
    return holidays.some((region) => holidaysOf(region, year).has(day));
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

type Next = (after: Instant) => Instant | null;

const SKIPS_MAX = 1000;
const allowedDays = boundedCache(1000, (json) => new AllowedDays(JSON.parse(json)));

/** The first of the times that `next` gives which falls on an allowed local day of the zone. */
export function nextAllowed(
  next: Next,
  { exceptions, zone }: { exceptions: Exceptions; zone: TimeZone },
): Next {
  const days = allowedDays(JSON.stringify(exceptions));
  return (after) => {
    let from = after;
    days.startSearch();
    for (let skips = 0; skips < SKIPS_MAX; skips++) {
      const at = next(from);
      if (at === null) return null;
      const today = Math.floor(zone.wallOf(at) / DAY_MS);
      const day = days.nextFrom(today);
      if (day === null || day === today) return day === null ? null : at;
      from = zone.firstInstantAt(day * DAY_MS) - 1;
    }
    return null;
  };
}
