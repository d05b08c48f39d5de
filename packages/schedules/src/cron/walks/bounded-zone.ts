import type { Instant } from "../../time.ts";
import { type Fold, TimeZone, type WallTime } from "../../timezones/time-zone.ts";

// The longest search that ends asks some ten thousand times.
const QUESTIONS_MAX = 100_000;

/** A search asked the zone too often: the program itself would go round for ever, or nearly so. */
export class EndlessSearch extends Error {
  override readonly name = "EndlessSearch";
}

/**
 * A zone that answers so many questions only. Each step of a walk asks one at least, so that no line keeps a walk busy
 * for ever.
 */
export class BoundedZone extends TimeZone {
  readonly #zone: TimeZone;
  #left = QUESTIONS_MAX;

  constructor(zone: TimeZone) {
    super(zone.name, () => 0);
    this.#zone = zone;
  }

  /** As many questions again, for the next time of a list. */
  refill(): void {
    this.#left = QUESTIONS_MAX;
  }

  override offsetAt(instant: Instant): number {
    return this.#ask().offsetAt(instant);
  }

  override instantOf(wall: WallTime, fold: Fold): Instant {
    return this.#ask().instantOf(wall, fold);
  }

  override isFarFromChange(wall: WallTime): boolean {
    return this.#ask().isFarFromChange(wall);
  }

  override firstInstantAt(wall: WallTime): Instant {
    return this.#ask().firstInstantAt(wall);
  }

  override foldAt(instant: Instant): Fold {
    return this.#ask().foldAt(instant);
  }

  override nextChange(after: Instant, until: Instant): Instant | null {
    return this.#ask().nextChange(after, until);
  }

  override isDaylightSaving(instant: Instant): boolean {
    return this.#ask().isDaylightSaving(instant);
  }

  #ask(): TimeZone {
    if (this.#left-- <= 0) throw new EndlessSearch(`no time found in ${QUESTIONS_MAX} steps`);
    return this.#zone;
  }
}
