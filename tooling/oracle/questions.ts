import { DAY_MS, HOUR_MS, MINUTE_MS } from "@overdue/schedules";
import { mulberry32 } from "@overdue/testkit";

import { machineOffsets } from "../../scripts/machine-timezones.ts";
import type { Question } from "./real-program.ts";
import { pick, type Random } from "./random.ts";
import { randomLine } from "./random-line.ts";
import type { RealScheduler } from "./schedulers.ts";

const ASKED_TIMES = 4;
const NEAR_CHANGE_SHARE = 0.6;

/** The range of starts, in which the tz databases bundled with the packages agree on the zones below. */
const USUALLY = ["2024-01-01", "2026-08-01"];

/** Zones whose clocks change at different hours of the day, by an hour, half an hour, two hours or a whole day. */
const ZONES: Record<string, string[]> = {
  UTC: USUALLY,
  "Asia/Kolkata": USUALLY,
  "Europe/Berlin": USUALLY,
  "Europe/London": USUALLY,
  "Europe/Dublin": USUALLY,
  "America/New_York": USUALLY,
  "America/Los_Angeles": USUALLY,
  "America/St_Johns": USUALLY,
  "America/Santiago": USUALLY,
  "Asia/Beirut": USUALLY,
  "Africa/Cairo": USUALLY,
  "Atlantic/Azores": USUALLY,
  "Antarctica/Troll": USUALLY,
  "Australia/Sydney": USUALLY,
  "Australia/Lord_Howe": USUALLY,
  "Pacific/Chatham": USUALLY,
  "America/Asuncion": ["2023-01-01", "2024-09-01"],
  "Asia/Tehran": ["2019-01-01", "2022-12-01"],
  "America/Sao_Paulo": ["2017-06-01", "2019-06-01"],
  "Pacific/Apia": ["2011-06-01", "2012-06-01"],
};

/** Random lines in random zones, most of them with a start near a clock change. The same seed gives the same questions. */
export function* questions(
  { line, refusedOnPurpose }: Pick<RealScheduler, "line" | "refusedOnPurpose">,
  { seed, count }: { seed: number; count: number },
): Generator<Question> {
  const random = mulberry32(seed);
  const refused = refusedOnPurpose === undefined ? null : new RegExp(refusedOnPurpose);
  for (let made = 0; made < count;) {
    const [tz, range] = pick(random, Object.entries(ZONES));
    const after = new Date(startIn(tz, range, random)).toISOString();
    const expr = randomLine(line, random);
    if (refused?.test(expr)) continue;
    made++;
    yield { expr, tz, after, count: ASKED_TIMES };
  }
}

function startIn(tz: string, [from = "", to = ""]: string[], random: Random): number {
  const changes = changesOf(tz, Date.parse(from), Date.parse(to));
  if (changes.length > 0 && random() < NEAR_CHANGE_SHARE)
    return pick(random, changes) - Math.floor(random() * 30 * 12 - 12) * 5 * MINUTE_MS;
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  return Date.parse(from) + Math.floor(random() * days * 24 * 12) * 5 * MINUTE_MS;
}

const knownChanges = new Map<string, number[]>();

/** The hours in which the zone's offset changes. */
function changesOf(tz: string, from: number, to: number): number[] {
  const known = knownChanges.get(tz);
  if (known !== undefined) return known;
  const offsetAt = machineOffsets(tz);
  if (offsetAt === null) throw new Error(`This machine's tz database has no ${tz}: install tzdata.`);
  const changes = [];
  for (let hour = from; hour < to; hour += HOUR_MS)
    if (offsetAt(hour) !== offsetAt(hour + HOUR_MS)) changes.push(hour);
  knownChanges.set(tz, changes);
  return changes;
}
