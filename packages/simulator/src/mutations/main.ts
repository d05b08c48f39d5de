import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutation, mutations } from "./mutations.ts";

/** Applies each mutation to a copy of core and runs the simulator on it. The simulator must report every one. */
const ROOT = join(import.meta.dirname, "../../../..");
const SEED = "1";
const only = process.argv[2];

const chosen = mutations.filter(({ name }) => only === undefined || name === only);
const missed = chosen.filter((mutation) => !isCaught(mutation));
console.log(`${chosen.length - missed.length} of ${chosen.length} mutations were caught`);
process.exitCode = missed.length === 0 && chosen.length > 0 ? 0 : 1;

function isCaught(mutation: Mutation): boolean {
  const { caught, report } = simulate(mutation);
  console.log(`${caught ? "caught" : "MISSED"}  ${mutation.name}: ${report}`);
  return caught;
}

function simulate(mutation: Mutation): { caught: boolean; report: string } {
  const copy = mkdtempSync(join(tmpdir(), "overdue-mutation-"));
  try {
    copyWorkspaces(copy);
    mutate(copy, mutation);
    if (mutation.shownBy !== undefined) return run(copy, argumentsOf(mutation.shownBy));
    // First any kind of check, then well-behaved jobs, which alone have starts without run ids.
    const first = run(copy, ["main.ts", "--seed", SEED, "--days", "25", "--checks", "1000"]);
    return first.caught ? first : run(copy, ["well-behaved/main.ts", "--seed", SEED, "--worlds", "3000"]);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The arguments that simulate the one check or world which shows a mutation. */
function argumentsOf(shown: NonNullable<Mutation["shownBy"]>): string[] {
  const seed = ["--seed", String(shown.seed)];
  return "check" in shown
    ? ["main.ts", ...seed, "--days", "25", "--check", String(shown.check)]
    : ["well-behaved/main.ts", ...seed, "--world", String(shown.world)];
}

function run(copy: string, [script = "", ...args]: readonly string[]): { caught: boolean; report: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, "packages/simulator/src", script), "--terse", ...args],
    { encoding: "utf8", timeout: 240_000 },
  );
  const [, wrong, check] = /WRONG: (.*)[^]*--(?:check|world) (\d+)/.exec(stdout) ?? [];
  const report = wrong === undefined ? (stderr.trim().split("\n").at(-1) ?? "") : `check ${check}, ${wrong}`;
  return { caught: status === 1 && stdout.includes("WRONG: "), report };
}

/** Copies core and the simulator. Everything else is linked, so that the simulator imports the copy of core. */
function copyWorkspaces(copy: string): void {
  for (const name of ["core", "simulator"])
    cpSync(join(ROOT, "packages", name), join(copy, "packages", name), { recursive: true });
  const installed = join(ROOT, "node_modules");
  mkdirSync(join(copy, "node_modules/@overdue"), { recursive: true });
  for (const name of readdirSync(installed))
    if (name !== "@overdue") symlinkSync(join(installed, name), join(copy, "node_modules", name));
  symlinkSync(join(ROOT, "packages/schedules"), join(copy, "node_modules/@overdue/schedules"));
  symlinkSync(join(copy, "packages/core"), join(copy, "node_modules/@overdue/core"));
}

/** A mutation whose line is no longer in the code proves nothing, so that is an error. */
function mutate(copy: string, { name, file, line, becomes }: Mutation): void {
  const path = join(copy, "packages/core/src", file);
  const code = readFileSync(path, "utf8");
  if (code.split(line).length !== 2)
    throw new Error(`“${name}”: ${file} does not contain exactly once: ${line}`);
  writeFileSync(
    path,
    code.replace(line, () => becomes),
  );
}
