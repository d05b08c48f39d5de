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
    const args = [join(copy, "sim/main.ts"), "--seed", SEED, "--days", "25", "--checks", "1000", "--terse"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      timeout: 120_000,
    });
    const [, wrong, check] = /WRONG: (.*)[^]*--check (\d+)/.exec(stdout) ?? [];
    const said = wrong === undefined ? (stderr.trim().split("\n").at(-1) ?? "") : `check ${check}, ${wrong}`;
    return { caught: status === 1 && stdout.includes("WRONG: "), said };
  } finally {
    rmSync(copy, { recursive: true });
  }
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
