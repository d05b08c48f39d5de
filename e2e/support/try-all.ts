import { Steps } from "./steps.ts";

/** The trial of an outside program. If the program cannot be installed, `run` throws before it sets a version. */
export type Trial = { name: string; run(steps: Steps): Promise<void> };

/** Tries all programs and prints a table of the steps. Returns the number of faults. `what`: the head of the first column. */
export async function tryAll(what: string, programs: readonly Trial[]): Promise<number> {
  const rows: string[][] = [];
  for (const program of programs) {
    const { name } = program;
    process.stderr.write(`${name}\n`);
    const steps = new Steps();
    try {
      await program.run(steps);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`  ${why}\n`);
      rows.push(brokenOff(name, steps.version, why));
    }
    for (const { step, expected, seen, ok } of steps.all)
      rows.push([name, steps.version, step, expected, seen, ok ? "ok" : FAULT]);
  }
  const head = [what, "version", "step", "expected", "seen", "ok"];
  for (const row of [head, head.map(() => "---"), ...rows])
    process.stdout.write(`| ${row.map(cell).join(" | ")} |\n`);
  const count = (end: string) => rows.filter((row) => row.at(-1) === end).length;
  const [faults, skipped] = [count(FAULT), count(SKIPPED)];
  process.stdout.write(`\n${rows.length - skipped} steps, ${faults} faults, ${skipped} skipped\n`);
  return faults;
}

const [FAULT, SKIPPED] = ["FAULT", "skipped"];

function brokenOff(name: string, version: string, why: string): string[] {
  const wasTried = version !== "";
  const [step, end] = wasTried ? ["broke off", FAULT] : ["not available here", SKIPPED];
  return [name, version, step, "", why.slice(0, 300), end];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
