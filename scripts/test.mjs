// "npm test": prepares the clone, finds the programs that the tests need, runs the tests, and prints how many passed.
// "npm test -- --project database packages/db" runs some of them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { prepare, ROOT, say } from "./prepare.mjs";
import { findChromium, findPgBouncer, findPromtool, findRedis } from "./tools.mjs";

const [FILES_FOR_SLOWEST, SLOWEST] = [100, 40];

const node = prepare({ web: runs("e2e") });
const programs = [
  ...(runs("e2e") ? [{ name: "Chromium", variable: "CHROMIUM_PATH", path: await findChromium() }] : []),
  ...(runs("database") || runs("e2e")
    ? [{ name: "Redis or Valkey server", variable: "REDIS_SERVER_PATH", path: findRedis() }]
    : []),
  ...(runs("database")
    ? [
        { name: "promtool", variable: "PROMTOOL_PATH", path: findPromtool() },
        { name: "PgBouncer", variable: "PGBOUNCER_PATH", path: findPgBouncer() },
      ]
    : []),
];
const missing = programs.filter(({ path }) => path === null).map(({ name }) => name);

const folder = mkdtempSync(join(tmpdir(), "overdue-test-report-"));
const status = await runVitest(join(folder, "report.json"));
const report = readReport(join(folder, "report.json"));
rmSync(folder, { recursive: true });
for (const { seconds, path } of slowestFiles(report)) say(`${seconds} s: ${path}`);
process.exitCode = conclude(status, readCounts(report));

/** Whether to run the tests of a project of vitest.config.ts: every project, unless some are named. */
function runs(project) {
  const { argv } = process;
  return (
    !argv.includes("--project") || argv.some((word, at) => word === project && argv[at - 1] === "--project")
  );
}

async function runVitest(report) {
  const found = Object.fromEntries(
    programs.filter(({ path }) => path !== null).map(({ variable, path }) => [variable, path]),
  );
  const env = { ...process.env, ...found, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const args = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    // Vitest's default leaves one core idle, which on two cores is half of the machine; most tests wait for a database.
    `--maxWorkers=${availableParallelism()}`,
    ...process.argv.slice(2),
  ];
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(node, [vitest, ...args], { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  return code ?? 1;
}

/** What Vitest wrote; null if it ended before. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function readCounts(report) {
  if (report === null) return { passed: 0, failed: 1, skipped: [] };
  const { numPassedTests, numFailedTests, testResults } = report;
  const skipped = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status: outcome }) => outcome === "skipped" || outcome === "pending" || outcome === "todo")
      .map(({ fullName }) => `${name.slice(ROOT.length + 1)}: ${fullName}`),
  );
  // A file that cannot be loaded has no failed test, but counts as one.
  const broken = testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped };
}

/** The files that took longest, where many ran: what to shorten first. */
function slowestFiles(report) {
  const { testResults } = report ?? { testResults: [] };
  if (testResults.length < FILES_FOR_SLOWEST) return [];
  return testResults
    .map(({ name, startTime, endTime }) => ({
      seconds: Math.round((endTime - startTime) / 1_000),
      path: name.slice(ROOT.length + 1),
    }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
}

/** Prints which programs were missing, which tests were skipped, and the counts. Returns the exit status. */
function conclude(code, { passed, failed, skipped }) {
  const isStrict = process.env.CI === "true" && missing.length > 0;
  for (const tool of missing)
    say(`No ${tool} could be found or installed${isStrict ? ", and CI=true makes that a failure" : ""}.`);
  for (const test of skipped) say(`Skipped: ${test}`);
  const failures = failed + (isStrict ? missing.length : 0) || (code === 0 ? 0 : 1);
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  process.stdout.write(`${passed} passed, ${failures} failed${skips}\n`);
  return failures === 0 ? 0 : 1;
}
