import { type Check, defaultSettings, fold, newCheck, type Schedule } from "@overdue/core";

/** Folds per second on one core, per kind of schedule: `node bench/core-folds.ts [seconds per kind]`. */
const SECONDS = Number(process.argv[2] ?? 2);
const START = 1_800_000_000_000;
const ROUND = 10_000;

const KINDS: [string, Schedule, number][] = [
  ["interval, a plain ping per slot", { kind: "interval", everySeconds: 300 }, 300],
  ["interval, start and success with run ids", { kind: "interval", everySeconds: 300 }, 300],
  [
    "cron, a plain ping per slot",
    { kind: "cron", expression: "*/5 * * * *", timezone: "Europe/Berlin" },
    300,
  ],
  ["cron, once a day", { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" }, 86_400],
  [
    "oncalendar, a plain ping per slot",
    { kind: "oncalendar", expression: "*:0/5", timezone: "Europe/Berlin" },
    300,
  ],
];

for (const [name, schedule, everySeconds] of KINDS) {
  const withRuns = name.includes("run ids");
  let check: Check = newCheck("bench", START, { ...defaultSettings, schedule });
  let at = START;
  let folds = 0;
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) {
    for (let count = 0; count < ROUND; count += 1) {
      at += everySeconds * 1000;
      const rid = withRuns ? `r${at}` : null;
      if (withRuns) check = fold(check, { kind: "ping", ping: pingOf("start", at - 60_000, rid) }).check;
      check = fold(check, { kind: "ping", ping: pingOf("success", at, rid) }).check;
      folds += withRuns ? 2 : 1;
    }
  }
  const perSecond = Math.round(folds / ((performance.now() - began) / 1000));
  if (check.state.status !== "up") throw new Error(`${name}: the bench's check is ${check.state.status}`);
  console.log(`${perSecond.toLocaleString("en").padStart(10)} folds/s  ${name}`);
}

function pingOf(kind: "start" | "success", at: number, rid: string | null) {
  return { id: `${kind}${at}`, kind, at, rid, exitStatus: null, host: "host", digest: null };
}
