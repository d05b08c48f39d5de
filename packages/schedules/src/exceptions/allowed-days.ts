import { holidaysOf } from "#holidays";
import { boundedCache } from "../bounded-cache.ts";
import { civilDateOf, type DayNumber, dayNumberOf, daysInMonth, weekdayOf } from "../civil.ts";
import { DAY_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { COUNTED_DAYS, type CountedDay, daysIn, type Exceptions } from "./exceptions.ts";

/** A schedule with fewer than one day in five years has no next time. */
const SEARCH_DAYS = 5 * 366;
// Computing the holidays of a year takes milliseconds, in some countries tens of them. A search gives up after twelve years of
// holidays, or, without holidays, after a number of days.
const HOLIDAY_YEARS_MAX = 12;
const DAYS_MAX = 20_000;
const WEEKDAY_OF: readonly CountedDay["day"][] = ["Sunday", ...COUNTED_DAYS.slice(2, 8)];

/** The days that exceptions allow. */
class AllowedDays {
  readonly #exceptions: Exceptions;
  readonly #spans: { first: DayNumber; last: DayNumber }[];
  #yearsSearched = new Set<number>();
  #daysSearched = 0;
  #month: { first: DayNumber; days: ReadonlySet<DayNumber> } = { first: Number.NaN, days: new Set() };

  constructor(exceptions: Exceptions) {
    this.#exceptions = exceptions;
    this.#spans = (exceptions.dates ?? []).flatMap((entry) => daysIn(entry) ?? []);
  }

  /** Call this before the first `nextFrom` of a search, because the limits are for a whole search. */
  startSearch(): void {
    this.#yearsSearched = new Set();
    this.#daysSearched = 0;
  }

  /** The first allowed day from `from` on; null if the next five years have none, or the search takes too long. */
  nextFrom(from: DayNumber): DayNumber | null {
    for (let day = from; day <= from + SEARCH_DAYS && !this.#isOverdone(); day++)
      if (this.#isAllowed(day)) return this.#isOverdone() ? null : day;
    return null;
  }

  #isOverdone(): boolean {
    return this.#daysSearched > DAYS_MAX || this.#yearsSearched.size > HOLIDAY_YEARS_MAX;
  }

  #isAllowed(day: DayNumber): boolean {
    this.#daysSearched += 1;
    return !this.#isListed(day) && this.#isWantedOfMonth(day) && !this.#isHoliday(day);
  }

  #isListed(day: DayNumber): boolean {
    return this.#spans.some(({ first, last }) => day >= first && day <= last);
  }

  #isHoliday(day: DayNumber): boolean {
    const { holidays = [] } = this.#exceptions;
    if (holidays.length === 0) return false;
    const { year } = civilDateOf(day);
    this.#yearsSearched.add(year);
    if (this.#yearsSearched.size > HOLIDAY_YEARS_MAX) return true;
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
    return days.filter((candidate) => this.#isOfKind(candidate, day)).at(nth > 0 ? nth - 1 : nth);
  }

  #isOfKind(day: DayNumber, kind: CountedDay["day"]): boolean {
    const weekday = weekdayOf(day);
    if (kind === "weekday") return weekday >= 1 && weekday <= 5;
    if (kind === "working day") return weekday >= 1 && weekday <= 5 && !this.#isHoliday(day);
    return WEEKDAY_OF[weekday] === kind;
  }
}

type Next = (after: Instant) => Instant | null;

const SKIPS_MAX = 1000;
const allowedDays = boundedCache(1000, (json) => new AllowedDays(JSON.parse(json)));

/** Wraps `next` so that it gives only times on allowed local days of the zone. */
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
