import {
  type CalendarSchedule,
  DAY_MS,
  DEFAULT_SCHEDULER,
  type Instant,
  LIKELY_ZONES,
  lineFor,
  listText,
  MINUTE_MS,
  readingText,
  schedulerNamed,
  SCHEDULERS,
  timeZoneOf,
  timezones,
} from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { durationText } from "../../text/duration-text.ts";
import { shareOf } from "../statistics.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { errorsOf, type Fit, isBetter, isPoor, otherFit, ownFit, type Comparison } from "./fit.ts";
import type { History } from "./history.ts";

const EACH_SIDE_MIN = 4;
const TURN_MIN = 0.7;
// How many times less likely each of these makes a zone, as natural logarithms.
const COST_OF_ERROR = 2;
const COST_IN_OWN_DELAY = 4;
const DELAY_UNIT_MS = 2 * MINUTE_MS;
const ALTERNATIVES_MAX = 2;

/** The same line in another zone or by another scheduler, where that explains the runs and the check's own does not. */
export function findOtherSchedule(settings: CheckSettings, history: History): Finding | null {
  if (settings.schedule.kind === "interval") return null;
  const question = { settings, history, own: ownFit(settings, history, settings.schedule) };
  if (!isPoor(question.own)) return null;
  const [zone] = zonesThatFit(question);
  const [reading] = readingsThatFit(question);
  if (reading !== undefined && (zone === undefined || errorsOf(reading) <= errorsOf(zone)))
    return readingFinding(question, reading);
  return zone === undefined ? null : zoneFinding(question, zone);
}

/** The schedule in each zone that explains the runs better than the check's own, the most likely zone first. */
function zonesThatFit(question: Comparison): Fit[] {
  const { history, own } = question;
  return differentZones(own.schedule.timezone, history.arrivals)
    .map((timezone) => otherFit(history.arrivals, { ...own.schedule, timezone }))
    .filter((fit) => isBetter(fit, question))
    .toSorted((one, other) => costOf(one) - costOf(other));
}

/** What to say of runs that are due in another time zone and not in the check's, all the time or since a clock change. */
function zoneFinding({ own, history }: Comparison, best: Fit): Finding {
  const { timezone } = best.schedule;
  const turn = turnOf(history.arrivals, own.explained);
  const isTurn = turn !== null && isAtClockChange([own.schedule.timezone, timezone], turn);
  const at = isTurn ? firstUnexplained(history, own) : (history.arrivals.at(-1) ?? 0);
  const offsetMs = offsetBetween(own, best, at);
  const [seen, agreeing] = [best.explained.length, best.explained.length - best.unexplained];
  const by = durationText(Math.abs(offsetMs));
  const said = isTurn
    ? `Since or until a clock change the job comes ${by} ${offsetMs > 0 ? "late" : "early"}: its clock and the schedule's (${own.schedule.timezone}) do not change together;`
    : `The job comes ${by} ${offsetMs > 0 ? "after" : "before"} its time in ${own.schedule.timezone}, ${agreeing} of ${seen} times:`;
  return {
    kind: isTurn ? "clock-change" : "wrong-time-zone",
    sentence: `${said} its host seems to be in ${timezone}${alternativesText(timezone, history)}.`,
    evidence: evidenceFrom(history.arrivals, { seen, agreeing, offsetMs }),
    edit: { schedule: best.schedule },
  };
}

/** All zones, likely ones first, but for those whose clocks agreed with another's whenever a run came. */
function differentZones(here: string, arrivals: readonly Instant[]): string[] {
  const names = [here, ...LIKELY_ZONES.map(({ timezone }) => timezone), ...timezones];
  const byClock = new Map<string, string>();
  for (const timezone of names) {
    const clock = clockAt(timezone, arrivals);
    if (!byClock.has(clock)) byClock.set(clock, timezone);
  }
  return [...byClock.values()].slice(1);
}

/** What a zone's clock showed at these instants, to compare. */
function clockAt(timezone: string, arrivals: readonly Instant[]): string {
  const zone = timeZoneOf(timezone);
  return arrivals.map((at) => zone.offsetAt(at)).join();
}

/** How unlikely it is that the host lives there: by what is not explained, by the delay, and by how few hosts live there. */
function costOf(fit: Fit): number {
  const weight = LIKELY_ZONES.find(({ timezone }) => timezone === fit.schedule.timezone)?.weight ?? 0;
  const unitMs = DELAY_UNIT_MS + COST_IN_OWN_DELAY * fit.spreadMs;
  return COST_OF_ERROR * errorsOf(fit) + Math.abs(fit.delayMs) / unitMs - Math.log(weight + 1);
}

/** By how much the job comes after its time in the check's zone; negative: before it. */
function offsetBetween(own: Fit, { schedule }: Fit, at: Instant): number {
  return timeZoneOf(own.schedule.timezone).offsetAt(at) - timeZoneOf(schedule.timezone).offsetAt(at);
}

/** Further zones that these runs cannot tell from this one. */
function alternativesText(timezone: string, { arrivals }: History): string {
  const clock = clockAt(timezone, arrivals);
  const names = LIKELY_ZONES.filter(({ timezone: other, weight }) => weight > 0 && other !== timezone)
    .map(({ timezone: other }) => other)
    .filter((other) => clockAt(other, arrivals) === clock)
    .slice(0, ALTERNATIVES_MAX);
  return names.length === 0 ? "" : ` (${listText(names)} would fit as well)`;
}

function firstUnexplained({ arrivals }: History, { explained }: Fit): Instant {
  return arrivals[explained.indexOf(false)] ?? 0;
}

/** The one place where being off begins or ends; null if there is none. */
function turnOf(arrivals: readonly Instant[], explained: readonly boolean[]): [Instant, Instant] | null {
  let turn = -1;
  let most = TURN_MIN;
  for (let index = EACH_SIDE_MIN; index <= arrivals.length - EACH_SIDE_MIN; index += 1) {
    const [before, after] = [explained.slice(0, index), explained.slice(index)];
    const change = Math.abs(shareOf(before, Boolean) - shareOf(after, Boolean));
    if (change > most) [turn, most] = [index, change];
  }
  return turn < 0 ? null : [arrivals[turn - 1] ?? 0, arrivals[turn] ?? 0];
}

function isAtClockChange(zones: readonly string[], [from, until]: [Instant, Instant]): boolean {
  return zones.some((name) => timeZoneOf(name).nextChange(from - DAY_MS, until + DAY_MS) !== null);
}

/** Of several schedulers with the same reading, the first of these is named. */
const USUAL = ["debian-cron", "kubernetes", "quartz", "spring", "apscheduler", "celery", "croniter", "fugit"];

/** The reading of the same line in each other scheduler that explains the runs better than the chosen one's, best first. */
function readingsThatFit(question: Comparison): Fit[] {
  const { history, own } = question;
  if (own.schedule.kind !== "cron") return [];
  const read = textOf(own.schedule);
  const others = [...USUAL, ...SCHEDULERS.map(({ id }) => id)];
  return [...new Set(others)]
    .flatMap((scheduler) => asReadBy(own.schedule, scheduler) ?? [])
    .filter((schedule) => textOf(schedule) !== read)
    .map((schedule) => otherFit(history.arrivals, schedule))
    .filter((fit) => isBetter(fit, question))
    .toSorted((one, other) => errorsOf(one) - errorsOf(other));
}

/** What to say of runs that fit another scheduler's reading of the line. */
function readingFinding({ history, own }: Comparison, best: Fit): Finding {
  const [fits, chosen] = [labelOf(best.schedule), labelOf(own.schedule)];
  const agreeing = best.explained.length - best.unexplained;
  return {
    kind: "other-scheduler",
    sentence: `Your pings fit ${fits}’s ${subjectOf(own.schedule.expression)}, ${agreeing} of ${best.explained.length} times: it runs this line ${textOf(best.schedule)}; ${chosen} would run it ${textOf(own.schedule)}.`,
    evidence: evidenceFrom(history.arrivals, { seen: best.explained.length, agreeing, offsetMs: null }),
    edit: { schedule: best.schedule },
  };
}

/** The line as it is written for that scheduler; null where that refuses it or never runs it. */
function asReadBy(own: CalendarSchedule, scheduler: string): CalendarSchedule | null {
  if (scheduler === (own.scheduler ?? DEFAULT_SCHEDULER)) return null;
  const { scheduler: _, ...schedule } = own;
  const expression = lineFor(own.expression, scheduler);
  if (expression === null) return null;
  return scheduler === DEFAULT_SCHEDULER
    ? { ...schedule, expression }
    : { ...schedule, expression, scheduler };
}

function textOf({ expression, scheduler = DEFAULT_SCHEDULER }: CalendarSchedule): string | null {
  return readingText(expression, scheduler);
}

function labelOf({ scheduler = DEFAULT_SCHEDULER }: CalendarSchedule): string {
  return schedulerNamed(scheduler).label.replace(/ \(.*\)$/, "");
}

/** Which part of the line both read differently: most often the weekdays, where it names some. */
function subjectOf(expression: string): string {
  const fields = expression.split(/\s+/);
  const [day = "*", weekday = "*"] = fields.length === 5 ? [fields[2], fields[4]] : [fields[3], fields[5]];
  if (/^[*?]$/.test(weekday)) return /^[*?]$/.test(day) ? "reading" : "days";
  return /^[*?]$/.test(day) ? "weekdays" : "reading of the days";
}
