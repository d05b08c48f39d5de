import { firstOrLater, naiveWalk } from "../cron/instants.ts";
import type { FieldName } from "../cron/rules.ts";
import { hasWorkday, quartzWalk } from "../cron/walks/quartz.ts";
import { leavesItsMonth, wildflyWalk } from "../cron/walks/wildfly.ts";
import { ScheduleError } from "../schedule-error.ts";
import { COMMON, DAYS_ONLY, derive, FIVE, preset, SECONDS_AND_YEAR, SECONDS_FIRST } from "./scheduler.ts";

const quartz = derive(COMMON, {
  layouts: [SECONDS_FIRST, SECONDS_AND_YEAR],
  macros: {},
  grammar: {
    bounds: { weekday: { min: 1, max: 7 } },
    sunday: 1,
    question: DAYS_ONLY,
    backward: "wraps",
    stepMax: "largest",
    emptyEntries: "ignored",
    rest: "ends entry",
    words: ["L", "LW", "nW", "L-n", "wL", "w#n"],
  },
  days: { both: "refused" },
  clock: { walk: quartzWalk, walksAlways: hasWorkday },
  years: 100,
  quirks: { field: quartzField },
});
// Elasticsearch's parser comes from an old version of Quartz.
const elasticsearch = derive(quartz, {
  grammar: { stepMax: "any", words: ["L", "L-n", "wL", "w#n"], wordsInLists: false },
  clock: { walk: naiveWalk(firstOrLater), walksAlways: () => false },
  quirks: { field: elasticsearchField },
});
// The attributes of @Schedule in the order of cron; "Last", "-3" and "2nd Fri" of its dayOfMonth are L, L-3 and FRI#2.
const wildfly = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST, SECONDS_AND_YEAR],
  macros: {},
  grammar: {
    backward: "wraps",
    words: ["L", "L-n", "wL", "w#n"],
    nth: { min: 1, max: 4 },
  },
  clock: { walk: wildflyWalk, walksAlways: leavesItsMonth },
  years: 100,
  quirks: { field: wildflyField },
});

/** A name is three letters, and a range of names or an L may follow it; Quartz ignores everything else after it. */
function quartzField(written: string, field: FieldName): string {
  // L alone means Saturday, and so does 0 with a count.
  const text = field === "weekday" ? written.replace(/^L$/, "7").replace(/^0#/, "7#") : written;
  if (field === "weekday" && /#(?![1-5]$)/.test(text))
    throw new ScheduleError(
      "The day-of-week field accepts one count from #1 to #5, such as FRI#2, and nothing else with it.",
    );
  return text
    .split(",")
    .map((entry) => quartzEntry(entry, field))
    .join(",");
}

function quartzEntry(entry: string, field: FieldName): string {
  if (/^[A-Z]{3}-(?![A-Z]{3})/.test(entry))
    throw new ScheduleError(
      `The ${field} field accepts no name with a number, as in “${entry}”: write both as names.`,
    );
  const [, named] = /^((?!L)[A-Z]{3}(?:-[A-Z]{3}|#[1-5]$|L)?)/.exec(entry) ?? [];
  if (named !== undefined) return named;
  // A step of 0 is ignored, a step needs no star before it, and a range of weekdays may end with 0.
  return entry
    .replace(/^\//, "*/")
    .replace(/^(\d+)(?:-\d+)?\/0+$/, "$1")
    .replace(/^\*\/0+$/, "*")
    .replace(field === "weekday" ? /-0$/ : /(?!)/, "-7");
}

/** Only steps after a star have a limit. W is refused: LW selects Sundays in American zones, and the next 15W may be in the past. */
function elasticsearchField(text: string, field: FieldName): string {
  if (field === "day" && text.includes("W"))
    throw new ScheduleError(
      `Elasticsearch finds wrong days for a weekday near another, such as “${text}”: name a day, or L for the last one.`,
    );
  const { max } = elasticsearch.grammar.bounds[field];
  const step = Number(/\*\/(\d+)/.exec(text)?.[1] ?? 0);
  if (step > max)
    throw new ScheduleError(
      `The ${field} field accepts steps up to ${max} after a star, so */${step} is too large: write the one number that it means.`,
    );
  return quartzField(text, field);
}

/** Only times have steps, and only alone. A 5th weekday would be the last day of a month that has four. */
function wildflyField(text: string, field: FieldName): string {
  const isTime = field === "second" || field === "minute" || field === "hour";
  if (text.includes("/") && (!isTime || !/^(?:\*|\d+)\/\d+$/.test(text)))
    throw new ScheduleError(
      `The ${field} field accepts ${isTime ? "a step only alone, such as */10 or 5/10" : "no steps"}: list the numbers instead.`,
    );
  if (/(?:^|,)\*(?=,)|,\*/.test(text))
    throw new ScheduleError(
      `The ${field} field accepts a star only alone: write * for all, or leave it out of “${text}”.`,
    );
  return isTime ? text.replace(/^(\d+)\/0+$/, "$1").replace(/^\*\/0+$/, "0") : text;
}

export const QUARTZ = preset({
  id: "quartz",
  label: "Quartz (Java)",
  family: "Java",
  names: ["Quartz", "Quartz Scheduler"],
  version: "quartz 2.5.2",
  source: "org.quartz-scheduler:quartz 2.5.2",
  example: "0 30 2 * * ?",
  rules: quartz,
});
export const ELASTICSEARCH = preset({
  id: "elasticsearch",
  label: "Elasticsearch (watches, snapshot policies)",
  family: "Java",
  names: ["Elasticsearch", "Watcher", "SLM", "snapshot lifecycle", "rollup"],
  version: "elasticsearch 8.19.0",
  source: "org.elasticsearch.plugin:x-pack-core 8.19.0",
  example: "0 30 1 * * ?",
  rules: elasticsearch,
});
export const WILDFLY = preset({
  id: "wildfly",
  label: "EJB timers of WildFly, JBoss EAP",
  family: "Java",
  names: ["WildFly", "JBoss", "EJB timer", "@Schedule", "Jakarta EE"],
  version: "wildfly-ejb3 39.0.1.Final",
  source: "org.wildfly:wildfly-ejb3 39.0.1.Final",
  rules: wildfly,
});
