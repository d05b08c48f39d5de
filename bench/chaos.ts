import { isProven, runControls } from "./chaos/controls.ts";
import { type Options, readOptions } from "./chaos/options.ts";
import { controlsTable, progressLine, reportOf, totalsOf } from "./chaos/report.ts";
import { faultsOf, type Result, runChaos } from "./chaos/run.ts";

/**
 * `npm run chaos -- --seed 1 --minutes 5 --mode postgres`: the real product with simulated jobs, providers and faults; see
 * docs/reliability.md. `--runs 6` runs six seeds one after the other; `--kills` only kills, as often as processes can be started
 * again; `--controls` runs the planted faults, each of which must be reported, and `--paired` the same without each, which must
 * find nothing. Ends with 1 if anything is wrong.
 */
const PLAIN_EVERY_MS = 15_000;
let shownAt = -Infinity;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;

async function main(args: string[]): Promise<boolean> {
  const [isControl, isPaired] = [takeFlag(args, "--controls"), takeFlag(args, "--paired")];
  if (isControl) return await proveControls(readOptions(args), isPaired);
  const runs = takeNumber(args, "--runs") ?? 1;
  const results: Result[] = [];
  for (let number = 0; number < runs; number += 1) {
    const options = readOptions(args);
    const seed = options.seed + number;
    results.push(await runOne(runs === 1 ? options : readOptions([...args, "--seed", String(seed)])));
  }
  if (runs > 1) process.stdout.write(totalsOf(results));
  return results.every((result) => faultsOf(result).length === 0);
}

async function proveControls(options: Options, isPaired: boolean): Promise<boolean> {
  const run = (control: Options, title: string) => {
    process.stdout.write(`\n${title}\n`);
    return runOne(control);
  };
  const controls = await runControls(options, run, isPaired);
  process.stdout.write(controlsTable(controls));
  return controls.every(isProven);
}

async function runOne(options: Options): Promise<Result> {
  const result = await runChaos(options, (state) => show(progressLine(state)));
  process.stderr.write("\n");
  process.stdout.write(reportOf(result));
  return result;
}

/** On a terminal the line is written over each second; elsewhere a new one comes now and then. */
function show(line: string): void {
  if (process.stderr.isTTY) return void process.stderr.write(`\r\u001B[K${line}`);
  if (performance.now() - shownAt < PLAIN_EVERY_MS) return;
  shownAt = performance.now();
  process.stderr.write(`${line}\n`);
}

/** Takes an option without a value out of the words. @returns whether it was there */
function takeFlag(args: string[], name: string): boolean {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

/** Takes an option with a number out of the words. */
function takeNumber(args: string[], name: string): number | null {
  const at = args.indexOf(name);
  if (at < 0) return null;
  const [, value] = args.splice(at, 2);
  return Number(value);
}
