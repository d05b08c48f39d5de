import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * `npm run bench`: runs every bench, one after the other, and prints all figures as one table for a report that names the
 * machine and the date. `npm run bench -- ping start`: only these. It takes a quarter of an hour, and needs a machine that does
 * nothing else. It fails if one of them fails.
 */
const BENCHES = ["core", "check-list", "start", "ping", "scale", "alerts"];
const asked = process.argv.slice(2);

const rows: { bench: string; figure: string }[] = [];
for (const bench of asked.length > 0 ? asked : BENCHES) {
  const { lines, status } = await run(bench);
  rows.push(...lines.map((figure) => ({ bench, figure })));
  if (status !== 0) {
    rows.push({ bench, figure: `failed with ${status}` });
    process.exitCode = 1;
  }
}
console.log(`\n| bench | figure |\n| --- | --- |`);
for (const { bench, figure } of rows) console.log(`| ${bench} | ${figure.replaceAll("|", "\\|")} |`);

async function run(bench: string): Promise<{ lines: string[]; status: number | null }> {
  console.log(`\n# bench:${bench}`);
  const child = spawn(process.execPath, [join(import.meta.dirname, `${bench}.ts`)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    process.stdout.write(chunk);
  });
  const [status]: unknown[] = await once(child, "close");
  const lines = printed.split("\n").map((line) => line.trim());
  return {
    lines: lines.filter((line) => line !== ""),
    status: typeof status === "number" ? status : null,
  };
}
