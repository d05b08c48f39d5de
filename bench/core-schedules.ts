import { explain, nextAfter, type Schedule, ScheduleInput } from "@overdue/core";

/** Next times per second on one core, per kind of schedule: `node bench/core-schedules.ts [seconds per kind]`. */
const SECONDS = Number(process.argv[2] ?? 2);
const START = 1_800_000_000_000;
const ROUND = 1000;
// Short of the years where Node looks clock changes up for the first time.
const SPAN_MS = 3 * 365 * 86_400_000;

const cron = (expression: string, timezone = "Europe/Berlin"): Schedule => ({
  kind: "cron",
  expression,
  timezone,
});
const oncalendar = (expression: string): Schedule => ({
  kind: "oncalendar",
  expression,
  timezone: "Europe/Berlin",
});

const KINDS: [string, Schedule][] = [
  ["interval", { kind: "interval", everySeconds: 300 }],
  ["cron, every 5 minutes", cron("*/5 * * * *")],
  ["cron, once a day", cron("30 2 * * *")],
  ["cron, once a day, UTC", cron("30 2 * * *", "UTC")],
  ["cron, working hours", cron("*/10 9-17 * * 1-5")],
  ["cron, second Monday of the month", cron("0 4 * * MON#2")],
  ["cron, three lines", cron("0 9 * * *\n30 14 * * 1-5\n0 0 1 * *")],
  [
    "cron, not on holidays",
    { kind: "cron", expression: "0 9 * * *", timezone: "Europe/Berlin", except: { holidays: ["DE-BY"] } },
  ],
  ["oncalendar, every 5 minutes", oncalendar("*:0/5")],
  ["oncalendar, once a day", oncalendar("02:30")],
  ["oncalendar, last day of the month", oncalendar("*-*~1 03:00")],
];

for (const [name, schedule] of KINDS) report(name, "next times/s", nextTimes(schedule));
for (const [name, schedule] of KINDS.slice(1, 3)) report(name, "explanations/s", explanations(schedule));
report("cron, as it is saved", "validations/s", validations());
for (const expression of ["0 0 29 2 MON#5", "* * 29 2 MON#5", "0 0 31 */2 0"]) {
  const began = performance.now();
  nextAfter(cron(expression, "Pacific/Chatham"), START);
  console.log(
    `${(performance.now() - began).toFixed(2).padStart(12)} ms             ${expression}, asked for the first time`,
  );
}

function report(name: string, unit: string, perSecond: number): void {
  console.log(`${Math.round(perSecond).toLocaleString("en").padStart(12)} ${unit.padEnd(15)} ${name}`);
}

function nextTimes(schedule: Schedule): number {
  let at = START;
  return rate(() => {
    at = nextAfter(schedule, at) ?? START;
    if (at > START + SPAN_MS) at = START;
  });
}

function explanations(schedule: Schedule): number {
  let at = START;
  return rate(() => explain(schedule, { from: (at += 60_000), count: 5 }));
}

function validations(): number {
  return rate(() => ScheduleInput.parse(cron("*/5 * * * *")));
}

/** Warms up for a round, then counts. */
function rate(work: () => unknown): number {
  for (let count = 0; count < ROUND; count++) work();
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < SECONDS * 1000) {
    for (let count = 0; count < ROUND; count++) work();
    done += ROUND;
  }
  return done / ((performance.now() - began) / 1000);
}
