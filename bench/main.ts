import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";

/**
 * `npm run bench`: every bench, one after the other, and then all of their figures as one table. In `docs/benchmarks.md` the
 * section of each bench is written anew, with the machine, the date, the versions and the commit; that of a bench that failed
 * stays. `npm run bench -- ping start` runs only these. What follows a colon is passed to the bench: `scale:1000000`.
 * All of them take half an hour, on a machine that does nothing else. The exit status is 1 if one failed.
 */
const BENCHES = ["core", "check-list", "start", "ping", "scale:10000", "scale:100000", "alerts"];
const PAGE = join(import.meta.dirname, "../docs/benchmarks.md");
const asked = process.argv.slice(2);

const rows: { bench: string; figure: string }[] = [];
for (const bench of asked.length > 0 ? asked : BENCHES) {
  const { lines, status } = await run(bench);
  rows.push(...lines.map((figure) => ({ bench, figure })));
  if (status === 0) write(bench, lines);
  else {
    rows.push({ bench, figure: `failed with ${status}` });
    process.exitCode = 1;
  }
}
console.log(`\n| bench | figure |\n| --- | --- |`);
for (const { bench, figure } of rows) console.log(`| ${bench} | ${figure.replaceAll("|", "\\|")} |`);

async function run(bench: string): Promise<{ lines: string[]; status: number | null }> {
  console.log(`\n# bench:${bench}`);
  const [name, ...given] = bench.split(":");
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...given], {
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

/** Puts the figures of one bench in the place of its former ones, which is from its heading to the next. */
function write(bench: string, lines: readonly string[]): void {
  const page = readFileSync(PAGE, "utf8");
  const heading = `### bench:${bench}\n`;
  const section = `${heading}\n${circumstances()}\n\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
  const from = page.indexOf(heading);
  if (from < 0) return writeFileSync(PAGE, `${page.trimEnd()}\n\n${section}`);
  const next = page.indexOf("\n### ", from);
  const rest = next < 0 ? "" : page.slice(next);
  writeFileSync(PAGE, page.slice(0, from) + section + rest);
}

function circumstances(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const settings = Object.entries(process.env).filter(([name]) => /^BENCH_(?!DATA)/.test(name));
  return [
    `${new Date().toISOString().slice(0, 16)}Z, commit ${commit}`,
    `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    `${Math.round(totalmem() / 1024 ** 3)} GB`,
    `${type()} ${release()}`,
    `Node.js ${process.version}`,
    ...settings.map(([name, value]) => `${name}=${value}`),
  ].join("; ");
}
