import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planted, type Fault } from "./faults.ts";

/** Plants each fault in a copy of core and lets the simulator loose on it: all must be caught. */
const core = join(import.meta.dirname, "../..");
const SEED = "1";
const only = process.argv[2];

const faults = planted.filter(({ name }) => only === undefined || name === only);
const missed = faults.filter((fault) => !isCaught(fault));
console.log(`${faults.length - missed.length} of ${faults.length} planted faults were caught`);
process.exitCode = missed.length === 0 && faults.length > 0 ? 0 : 1;

function isCaught(fault: Fault): boolean {
  const { caught, said } = bite(fault);
  console.log(`${caught ? "caught" : "MISSED"}  ${fault.name}: ${said}`);
  return caught;
}

function bite(fault: Fault): { caught: boolean; said: string } {
  const copy = mkdtempSync(join(tmpdir(), "overdue-teeth-"));
  try {
    plant(fault, copy);
    // Any check first, then well-behaved jobs, which alone have starts without run ids.
    const first = run(copy, ["sim/main.ts", "--days", "25", "--checks", "1000"]);
    return first.caught ? first : run(copy, ["sim/well-behaved/main.ts", "--worlds", "3000"]);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function run(copy: string, [script = "", ...args]: readonly string[]): { caught: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, script), "--seed", SEED, "--terse", ...args],
    { encoding: "utf8", timeout: 240_000 },
  );
  const [, wrong, check] = /WRONG: (.*)[^]*--(?:check|world) (\d+)/.exec(stdout) ?? [];
  const said = wrong === undefined ? (stderr.trim().split("\n").at(-1) ?? "") : `check ${check}, ${wrong}`;
  return { caught: status === 1 && stdout.includes("WRONG: "), said };
}

/** A fault whose line is no longer in the code proves nothing, so it fails. */
function plant({ name, file, line, becomes }: Fault, copy: string): void {
  for (const part of ["src", "sim", "package.json"])
    cpSync(join(core, part), join(copy, part), { recursive: true });
  symlinkSync(join(core, "../../node_modules"), join(copy, "node_modules"));
  const path = join(copy, "src", file);
  const code = readFileSync(path, "utf8");
  if (code.split(line).length !== 2)
    throw new Error(`“${name}”: ${file} does not hold exactly once: ${line}`);
  writeFileSync(
    path,
    code.replace(line, () => becomes),
  );
}
