import { type Instant, MINUTE_MS } from "../time.ts";
import { timeZoneOf } from "../timezones/timezones.ts";

/** The middle of January and of July 2026. */
const HALF_YEARS: readonly Instant[] = [1_768_435_200_000, 1_784_073_600_000];

/** Minutes east of Greenwich. Some abbreviations are used in several zones. */
const OFFSETS: Readonly<Record<string, readonly number[]>> = {
  ACDT: [630],
  ACST: [570],
  ADT: [-180],
  AEDT: [660],
  AEST: [600],
  AKDT: [-480],
  AKST: [-540],
  AST: [-240],
  AWST: [480],
  BST: [60],
  CAT: [120],
  CDT: [-300, -240],
  CEST: [120],
  CET: [60],
  CST: [-360, 480, -300],
  EAT: [180],
  EDT: [-240],
  EEST: [180],
  EET: [120],
  EST: [-300],
  GMT: [0],
  HDT: [-540],
  HKT: [480],
  HST: [-600],
  IDT: [180],
  IST: [330, 60, 120],
  JST: [540],
  KST: [540],
  MDT: [-360],
  MSK: [180],
  MST: [-420],
  NDT: [-150],
  NST: [-210],
  NZDT: [780],
  NZST: [720],
  PDT: [-420],
  PKT: [300],
  PST: [-480, 480],
  SAST: [120],
  SST: [-660],
  WAT: [60],
  WEST: [60],
  WET: [0],
  WIB: [420],
  WIT: [540],
  WITA: [480],
};

/** Whether a zone has this abbreviation in some part of the year, so that systemd means that zone. */
export function isAbbreviationOf(abbreviation: string, timezone: string): boolean {
  const zone = timeZoneOf(timezone);
  return HALF_YEARS.some(
    (at) => OFFSETS[abbreviation]?.includes((zone.wallOf(at) - at) / MINUTE_MS) ?? false,
  );
}

/** Whether a word is the abbreviation of some zone, such as JST. */
export function isAbbreviation(word: string): boolean {
  return Object.hasOwn(OFFSETS, word);
}
