/**
 * `npm run scaling -- 5000000 300 2`: what 5,000,000 checks need, each of which runs every 300 seconds and sends 2 pings a run;
 * `npm run scaling`: the same for some usual numbers. Computed from the results of `npm run bench:ping` and
 * `npm run bench:scale`; `docs/operating/scaling.md` explains it.
 */

/**
 * Milliseconds of a core, and bytes of PostgreSQL's log, per ping, if no process has the check in memory and its pages were not
 * changed since the last checkpoint. With many checks, nearly all pings are of this kind.
 */
const PER_PING = { apiMs: 0.19, databaseMs: 0.18, walBytes: 13_300 };
/** Bytes per row with its share of the indexes, without bodies. */
const BYTES = { check: 2_410, ping: 209, run: 230, slot: 122 };
/** How much is kept: see `packages/db/src/maintenance-jobs/prune.ts`. */
const KEPT = { pings: 1_000, pingDays: 90, runDays: 400 };
/** Cores are planned to be half busy, which leaves room for peaks and for the loss of a machine. */
const BUSY = 0.5;
/** The largest PostgreSQL to plan for: more of either means another instance. */
const LARGEST = { cores: 32, terabytes: 8 };

const DAY_SECONDS = 86_400;
const [checks, everySeconds = 3_600, pingsPerRun = 1] = process.argv.slice(2).map(Number);
const asked = { everySeconds, pingsPerRun };
const rows =
  checks === undefined
    ? [1_000_000, 10_000_000, 100_000_000].flatMap((count) => [
        line(count, { everySeconds: 3_600, pingsPerRun: 1 }),
        line(count, { everySeconds: 300, pingsPerRun: 2 }),
      ])
    : [line(checks, asked)];

const NAMES = ["checks", "each runs every", "pings a run", "pings/s", "api cores", "PostgreSQL cores"];
const MORE = ["log MB/s", "disk", "instances"];
console.log(`| ${[...NAMES, ...MORE].join(" | ")} |`);
console.log(`| ${[...NAMES, ...MORE].map(() => "---").join(" | ")} |`);
for (const row of rows) console.log(`| ${row.join(" | ")} |`);

function line(count: number, { everySeconds: every, pingsPerRun: each }: typeof asked): string[] {
  const perSecond = (count / every) * each;
  const cores = (ms: number) => Math.ceil((perSecond * ms) / 1_000 / BUSY);
  const terabytes = (count * bytesOfCheck(every, each)) / 1e12;
  const databaseCores = cores(PER_PING.databaseMs);
  const instances = Math.max(databaseCores / LARGEST.cores, terabytes / LARGEST.terabytes);
  return [
    count.toLocaleString("en"),
    `${every.toLocaleString("en")} s`,
    String(each),
    Math.round(perSecond).toLocaleString("en"),
    cores(PER_PING.apiMs).toLocaleString("en"),
    databaseCores.toLocaleString("en"),
    ((perSecond * PER_PING.walBytes) / 1e6).toFixed(1),
    terabytes < 1 ? `${Math.ceil(terabytes * 1_000)} GB` : `${terabytes.toFixed(1)} TB`,
    Math.ceil(instances).toLocaleString("en"),
  ];
}

/** Bytes of a check and its rows, once old rows are deleted as fast as new ones come. */
function bytesOfCheck(every: number, each: number): number {
  const runsPerDay = DAY_SECONDS / every;
  const pings = Math.min(KEPT.pings, KEPT.pingDays * runsPerDay * each);
  return BYTES.check + pings * BYTES.ping + KEPT.runDays * runsPerDay * (BYTES.run + BYTES.slot);
}
