import { DAY_MS, HOUR_MS, MINUTE_MS, type Instant } from "../time.ts";
import { civilDateOf, dayNumberOf } from "../civil.ts";

/** A wall clock reading: the instant at which a clock in UTC would show the same. */
export type WallTime = number;

/** Which pass is meant if the clock shows a reading twice: 0 is the first, 1 the second. */
export type Fold = 0 | 1;

/** A half-open span in which the zone keeps one offset from UTC. */
type Span = { start: Instant; end: Instant; offset: number; isDaylightSaving?: boolean };

/** The offset of a zone from UTC at an instant, in milliseconds. */
export type OffsetAt = (instant: Instant) => number;

// Offsets are sampled at this distance: since 1970 no zone has changed to another offset and back in less. Later years follow
// rules, of which the shortest season is Morocco's Ramadan.
const SAMPLE_MS = 14 * DAY_MS;
const SAMPLE_BY_RULE_MS = 28 * DAY_MS;
const RULES_FROM_YEAR = 2038;
/** No clock change moves the clock by more than a day (Samoa in 2011). */
const CHANGE_MAX_MS = 25 * HOUR_MS;
/** More than any schedule looks through; those who ask for other years do so at will. */
const YEARS_KEPT_MAX = 500;
/** By law or in the tz database, the standard time of these zones is that of summer, and winter time counts as the saving. */
const SAVES_IN_WINTER = new Set(["Africa/Casablanca", "Africa/El_Aaiun", "Europe/Dublin"]);

/**
 * The clock changes of one zone. The offset at an instant is slow to get, a microsecond with `Intl`, so the changes of each year
 * are searched once and cached.
 */
export class TimeZone {
  readonly name: string;
  readonly #askOffset: OffsetAt;
  readonly #spansOfYear = new Map<number, Span[]>();
  #span: Span;

  constructor(name: string, askOffset: OffsetAt) {
    this.name = name;
    this.#askOffset = askOffset;
    this.#span = name === "UTC" ? { start: -Infinity, end: Infinity, offset: 0 } : this.#spanOf(0);
  }

  /** The milliseconds to add to UTC to get this zone's wall time. */
  offsetAt(instant: Instant): number {
    return this.#spanAt(instant).offset;
  }

  wallOf(instant: Instant): WallTime {
    return instant + this.offsetAt(instant);
  }

  /** The instant of a reading. If the clock skips it, the offset is that before (fold 0) or after (fold 1) the change. */
  instantOf(wall: WallTime, fold: Fold): Instant {
    return this.isFarFromChange(wall) ? wall - this.#span.offset : this.#instantNearChange(wall, fold);
  }

  /** Whether no change is within a day of this reading. False may be wrong; true never is. */
  isFarFromChange(wall: WallTime): boolean {
    const { start, end, offset } = this.#span;
    const instant = wall - offset;
    return instant - CHANGE_MAX_MS >= start && instant + CHANGE_MAX_MS < end;
  }

  /** The first instant at which the clock shows `wall`; if it is skipped, the end of the gap. */
  firstInstantAt(wall: WallTime): Instant {
    const instant = this.instantOf(wall, 0);
    return this.wallOf(instant) === wall ? instant : this.#changeBefore(instant);
  }

  /** 1 if the clock has already shown the same reading. */
  foldAt(instant: Instant): Fold {
    return this.instantOf(this.wallOf(instant), 0) === instant ? 0 : 1;
  }

  /** The first change of offset later than `after` and not later than `until`. */
  nextChange(after: Instant, until: Instant): Instant | null {
    let span = this.#spanAt(after);
    while (span.end <= until) {
      const following = this.#spanAt(span.end);
      if (following.offset !== span.offset) return following.start;
      span = following;
    }
    return null;
  }

  /**
   * Whether the C library would call this daylight saving time. The runtime does not say, so this is true if the offset is larger
   * than another one within both the past and the coming year. After a permanent change it is not.
   */
  isDaylightSaving(instant: Instant): boolean {
    const span = this.#spanAt(instant);
    span.isDaylightSaving ??= this.#isSeason(span);
    return span.isDaylightSaving;
  }

  #isSeason({ start, offset }: Span): boolean {
    if (start === -Infinity) return false;
    const direction = SAVES_IN_WINTER.has(this.name) ? -1 : 1;
    const isAheadOf = (instant: Instant) => (offset - this.offsetAt(instant)) * direction > 0;
    const samples = Array.from({ length: 18 }, (_, index) => (index + 1) * 20 * DAY_MS);
    return samples.some((ago) => isAheadOf(start - ago)) && samples.some((ahead) => isAheadOf(start + ahead));
  }

  #instantNearChange(wall: WallTime, fold: Fold): Instant {
    const before = this.offsetAt(wall - CHANGE_MAX_MS);
    const after = this.offsetAt(wall + CHANGE_MAX_MS);
    const [wanted, other] = fold === 0 ? [before, after] : [after, before];
    if (this.offsetAt(wall - wanted) === wanted) return wall - wanted;
    return this.offsetAt(wall - other) === other ? wall - other : wall - wanted;
  }

  #changeBefore(instant: Instant): Instant {
    const span = this.#spanAt(instant);
    const previous = this.#spanAt(span.start - 1);
    return previous.offset === span.offset ? previous.start : span.start;
  }

  #spanAt(instant: Instant): Span {
    const span = this.#span;
    if (instant >= span.start && instant < span.end) return span;
    this.#span = this.#spanOf(instant);
    return this.#span;
  }

  #spanOf(instant: Instant): Span {
    const year = civilDateOf(Math.floor(instant / DAY_MS)).year;
    let spans = this.#spansOfYear.get(year);
    if (!spans) {
      if (this.#spansOfYear.size >= YEARS_KEPT_MAX) this.#spansOfYear.clear();
      this.#spansOfYear.set(year, (spans = this.#searchYear(year)));
    }
    const found = spans.find((span) => instant < span.end);
    if (!found) throw new RangeError(`${instant} is outside year ${year}`);
    return found;
  }

  #searchYear(year: number): Span[] {
    const end = dayNumberOf(year + 1, 1, 1) * DAY_MS;
    const apart = year < RULES_FROM_YEAR ? SAMPLE_MS : SAMPLE_BY_RULE_MS;
    const spans: Span[] = [];
    let start = dayNumberOf(year, 1, 1) * DAY_MS;
    let known = start;
    let offset = this.#askOffset(start);
    while (known < end) {
      const sample = Math.min(known + apart, end);
      const sampled = this.#askOffset(sample);
      if (sampled === offset) known = sample;
      else {
        known = this.#bisectChange(known, sample);
        spans.push({ start, end: known, offset });
        start = known;
        offset = this.#askOffset(known);
      }
    }
    if (start < end) spans.push({ start, end, offset });
    return spans;
  }

  /** Finds a change to the minute: all changes since 1972 were at whole minutes. */
  #bisectChange(from: Instant, to: Instant): Instant {
    const offset = this.#askOffset(from);
    let low = from;
    let high = to;
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (this.#askOffset(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}
