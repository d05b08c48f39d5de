import { nameOfCommand } from "./job-name.ts";
import { type Reading, reading } from "./reading.ts";

/** Minute, hour, day of the month, month and weekday. */
type Fields = [string, string, string, string, string];
type Method = (fields: Fields, given: readonly string[]) => Fields;

const RUN_BY = { scheduler: "laravel-cron-expression", what: "a task of Laravel's scheduler" };

/**
 * Reads a task of Laravel's scheduler, `->weekdays()->dailyAt("13:00")`: each method changes some of the five fields.
 * Null: the text has none of these methods. The times are those of `Illuminate\Console\Scheduling\ManagesFrequencies`.
 */
export function readLaravel(text: string): Reading | null {
  const calls = [...text.matchAll(/(?:->|::)\s*(\w+)\(([^()]*)\)/g)].map(([, name = "", given = ""]) => ({
    name,
    given: parseArguments(given),
  }));
  const found = calls.filter(({ name }) => Object.hasOwn(METHODS, name) || WEEKDAYS.includes(name));
  if (found.length === 0 || !text.includes("->")) return null;
  let fields: Fields = ["*", "*", "*", "*", "*"];
  for (const { name, given } of found) fields = apply(fields, name, given);
  const valueOf = (...names: string[]) => calls.find(({ name }) => names.includes(name))?.given[0] ?? null;
  const command = valueOf("name", "command", "exec");
  return reading(
    { kind: "cron", lines: [fields.join(" ")] },
    {
      timezone: valueOf("timezone"),
      name: command === null ? null : nameOfCommand(command),
      runBy: RUN_BY,
      otherJobs: Math.max(0, text.split(";").filter((statement) => statement.includes("->")).length - 1),
    },
  );
}

const WEEKDAYS = ["sundays", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays"];

function apply(fields: Fields, name: string, given: readonly string[]): Fields {
  const weekday = WEEKDAYS.indexOf(name);
  if (weekday >= 0) return withWeekday(fields, String(weekday));
  return METHODS[name]?.(fields, given) ?? fields;
}

const withWeekday = ([minute, hour, day, month]: Fields, weekday: string): Fields => [
  minute,
  hour,
  day,
  month,
  weekday,
];
const minutes =
  (minute: string): Method =>
  ([, hour, ...days]) => [minute, hour, ...days];
const hours =
  (hour: string): Method =>
  ([, , ...days], [minute = "0"]) => [minute, hour, ...days];
const at: Method = ([, , ...days], [time = "0:0"]) => {
  const [hour = "0", minute = "0"] = time.split(":");
  return [String(Number(minute)), String(Number(hour)), ...days];
};

/** Certain days, at the time that follows them in the call. */
function on(days: Partial<Record<"day" | "month" | "weekday", string>>, time?: string): Method {
  return (fields) => {
    const [minute, hour, day, month, weekday] = at(fields, time === undefined ? [] : [time]);
    return [minute, hour, days.day ?? day, days.month ?? month, days.weekday ?? weekday];
  };
}

const METHODS: Readonly<Record<string, Method>> = {
  cron: (fields, [line = ""]) => {
    const given = line.trim().split(/\s+/);
    return given.length === 5 ? (given as Fields) : fields;
  },
  everyMinute: minutes("*"),
  everyTwoMinutes: minutes("*/2"),
  everyThreeMinutes: minutes("*/3"),
  everyFourMinutes: minutes("*/4"),
  everyFiveMinutes: minutes("*/5"),
  everyTenMinutes: minutes("*/10"),
  everyFifteenMinutes: minutes("*/15"),
  everyThirtyMinutes: minutes("*/30"),
  hourly: minutes("0"),
  hourlyAt: ([, hour, ...days], list) => [list.join(",") || "0", hour, ...days],
  everyOddHour: hours("1-23/2"),
  everyEvenHour: hours("0-22/2"),
  everyTwoHours: hours("*/2"),
  everyThreeHours: hours("*/3"),
  everyFourHours: hours("*/4"),
  everySixHours: hours("*/6"),
  daily: (fields) => at(fields, []),
  dailyAt: at,
  at,
  twiceDaily: ([, , ...days], [first = "1", second = "13"]) => ["0", `${first},${second}`, ...days],
  twiceDailyAt: ([, , ...days], [first = "1", second = "13", minute = "0"]) => [
    minute,
    `${first},${second}`,
    ...days,
  ],
  weekly: on({ weekday: "0" }),
  weeklyOn: (fields, given) => {
    const time = given.findLast((one) => one.includes(":"));
    const days = given.filter((one) => one !== time);
    return on({ weekday: days.join(",") || "0" }, time)(fields, []);
  },
  monthly: on({ day: "1" }),
  monthlyOn: (fields, [day = "1", time]) => on({ day }, time)(fields, []),
  twiceMonthly: (fields, [first = "1", second = "16", time]) =>
    on({ day: `${first},${second}` }, time)(fields, []),
  quarterly: on({ day: "1", month: "1-12/3" }),
  quarterlyOn: (fields, [day = "1", time]) => on({ day, month: "1-12/3" }, time)(fields, []),
  yearly: on({ day: "1", month: "1" }),
  yearlyOn: (fields, [month = "1", day = "1", time]) => on({ month, day }, time)(fields, []),
  weekdays: (fields) => withWeekday(fields, "1-5"),
  weekends: (fields) => withWeekday(fields, "6,0"),
  days: (fields, list) => withWeekday(fields, list.join(",") || "*"),
};

/** The arguments of a call, without quotes and brackets. */
function parseArguments(given: string): string[] {
  return given
    .split(",")
    .map((one) => one.trim().replaceAll(/^[[\s"']+|[\]\s"']+$/g, ""))
    .map((one) => {
      const weekday = WEEKDAYS.indexOf(
        `${/^\\?(?:\w+\\)*Schedule::([A-Z]+DAY)$/.exec(one)?.[1]?.toLowerCase()}s`,
      );
      return weekday < 0 ? one : String(weekday);
    })
    .filter((one) => one !== "");
}
