import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `npm run bench:cli`: what `overdue run` costs a job, against the bare command: processor time of all its processes, the time
 * until the job starts, and the time between the job's end and the wrapper's. The server is on this machine and answers at
 * once; with `silent` it takes connections and never answers. The bare command and the wrapped one take turns.
 */
const RUNS = Number(process.env["BENCH_RUNS"] ?? 40);
const AIM_CPU_MS = 40;
const AIM_START_MS = 50;
const TICK_MS = 10;

const folder = mkdtempSync(join(tmpdir(), "overdue-bench-cli-"));
const command = join(folder, "overdue.cjs");
execFileSync(process.execPath, [join(import.meta.dirname, "../packages/cli/build.mjs"), command]);
const server = createServer((request, response) => request.resume().on("end", () => response.end("OK")));
const silent = createServer(() => {});
const urls = await Promise.all([server, silent].map(listen));
/** A folder of its own for each kind: what the silent server did not take is not for the others to send. */
const envOf = (kind: string) => ({
  PATH: kind === "wrapped, without curl" ? withoutCurl() : "/usr/bin:/bin",
  OVERDUE_STATE_DIR: join(folder, kind),
});

/** Says when it begins and ends, by the clock that this process reads too. */
const JOB = ["/bin/sh", "-c", "date +%s%N; date +%s%N"];
/** So long that its start is reported, too. */
const LONGER_JOB = ["/bin/sh", "-c", "date +%s%N; sleep 0.2; date +%s%N"];
const run = (url = "", { job = JOB, more = [] }: { job?: string[]; more?: string[] } = {}) => [
  process.execPath,
  command,
  "run",
  "--check",
  `${url}/ping/key/job`,
  ...more,
  "--",
  ...job,
];
/** The least that a wrapper in Node can cost: it starts the job, and ends with its status. */
const least = ([program, ...words]: string[]) => [
  process.execPath,
  "-e",
  `require("node:child_process").spawn(${JSON.stringify(program)}, ${JSON.stringify(words)}, { stdio: "inherit" }).once("exit", process.exit)`,
];
/** Only then this process has waited for all whose time is counted. */
const WAIT = ["--report-wait", "10s"];
const KINDS: Record<string, string[]> = {
  bare: JOB,
  "node -e 0": [process.execPath, "-e", "0"],
  "least wrapper in Node": least(JOB),
  wrapped: run(urls[0], { more: WAIT }),
  "wrapped, not waiting": run(urls[0]),
  "wrapped, without curl": run(urls[0], { more: WAIT }),
  "wrapped, server silent": run(urls[1]),
  "longer, bare": LONGER_JOB,
  "longer, least wrapper": least(LONGER_JOB),
  "longer, wrapped": run(urls[0], { job: LONGER_JOB, more: WAIT }),
  "longer, not waiting": run(urls[0], { job: LONGER_JOB }),
};

type Sample = { cpuMs: number; startMs: number; endMs: number; wallMs: number };
const samples = new Map<string, Sample[]>(Object.keys(KINDS).map((kind) => [kind, []]));
for (let count = 0; count <= RUNS; count += 1)
  for (const [kind, words] of Object.entries(KINDS)) {
    const sample = await measure(words, envOf(kind));
    // The first round warms the caches of the disk.
    if (count > 0) samples.get(kind)?.push(sample);
  }
for (const [kind, all] of samples) console.log(`${kind.padEnd(23)} ${figures(all)}`);
const cpu = (kind: string) => mean((samples.get(kind) ?? []).map(({ cpuMs }) => cpuMs));
for (const [kind, bare] of [
  ["wrapped", "bare"],
  ["wrapped, without curl", "bare"],
  ["longer, wrapped", "longer, bare"],
] as const) {
  const added = cpu(kind) - cpu(bare);
  console.log(
    `added by "${kind}": ${added.toFixed(1)} ms of processor time a run (aim: below ${AIM_CPU_MS} ms), ${(cpu(kind) / cpu(bare)).toFixed(1)} times the bare job, ${(added / cpu("node -e 0")).toFixed(2)} times a Node that does nothing`,
  );
}
const behind = (kind: string) => median((samples.get(kind) ?? []).map(({ endMs }) => endMs));
for (const [kind, bare, leastOf] of [
  ["wrapped, not waiting", "bare", "least wrapper in Node"],
  ["longer, not waiting", "longer, bare", "longer, least wrapper"],
] as const)
  console.log(
    `behind the job's end, "${kind}": ${behind(kind).toFixed(1)} ms; the bare job ${behind(bare).toFixed(1)} ms, the least wrapper in Node ${behind(leastOf).toFixed(1)} ms`,
  );
const silentStart = median((samples.get("wrapped, server silent") ?? []).map(({ startMs }) => startMs));
console.log(
  `job's start with a server that never answers: median ${silentStart.toFixed(0)} ms (aim: ${AIM_START_MS} ms)`,
);
server.closeAllConnections();
silent.closeAllConnections();
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(0);

/** A folder with what the command and the job call, and no curl. */
function withoutCurl(): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of ["sh", "mkfifo", "date", "sleep"])
    if (!existsSync(join(bin, program))) symlinkSync(`/usr/bin/${program}`, join(bin, program));
  return bin;
}

async function listen(one: typeof server): Promise<string> {
  one.listen(0, "127.0.0.1");
  await once(one, "listening");
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

async function measure([program = "", ...words]: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample> {
  const before = childrenCpuMs();
  const began = Date.now();
  const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (part: Buffer) => (printed += part.toString()));
  await once(child, "exit");
  const over = performance.timeOrigin + performance.now();
  const [started = over, ended = over] = printed
    .split("\n")
    .filter(Boolean)
    .map((nanoseconds) => Number(BigInt(nanoseconds) / 1_000n) / 1_000);
  const cpuMs = childrenCpuMs() - before;
  return { cpuMs, startMs: started - began, endMs: over - ended, wallMs: over - began };
}

/** Of all processes that this one has waited for, with those that they have waited for. */
function childrenCpuMs(): number {
  const text = readFileSync("/proc/self/stat", "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

function figures(all: readonly Sample[]): string {
  const text = (name: keyof Sample) => median(all.map((one) => one[name])).toFixed(1);
  return `${mean(all.map(({ cpuMs }) => cpuMs)).toFixed(1)} ms of processor time (mean), starts after ${text("startMs")} ms, ends ${text("endMs")} ms behind the job, ${text("wallMs")} ms in all (medians of ${all.length})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
