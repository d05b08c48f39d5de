import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { descendants, ownMegabytes, programOf, type Program } from "../chaos/processes.ts";

/** Figures by name, such as "api rss" and "sender files". */
export type Figures = Record<string, number>;

/** By the last word of a figure's name: how it is shown, and by how much it may differ by chance. */
export const UNITS = [
  { suffix: "rss", unit: " MB", slack: 40 },
  { suffix: "heap", unit: " MB", slack: 10 },
  { suffix: "buffers", unit: " MB", slack: 10 },
  { suffix: "files", unit: "", slack: 15 },
  { suffix: "handles", unit: "", slack: 15 },
  { suffix: "connections", unit: "", slack: 5 },
] as const;

export const PROGRAMS: readonly Program[] = ["api", "checker", "sender"];

/**
 * Reads what each process of the product uses now. `supervisor`: the process of `npm start`; `heaps`: the directory to which
 * `heap-probe.ts` writes.
 */
export async function readFigures(origin: string, supervisor: number, heaps: string): Promise<Figures> {
  const figures: Figures = {};
  const processes = [
    ["supervisor", supervisor] as const,
    ...PROGRAMS.map((name) => [name, programOf(supervisor, name)] as const),
  ];
  for (const [name, pid] of processes) {
    if (pid === null) continue;
    figures[`${name} rss`] = ownMegabytes(pid);
    figures[`${name} files`] = openFiles(pid);
    const kept = readKept(join(heaps, `${pid}.json`));
    if (kept === null) continue;
    figures[`${name} heap`] = kept.heapUsed / 1e6;
    figures[`${name} buffers`] = kept.external / 1e6;
  }
  // Each connection to PostgreSQL is a process of its own, which says so in its title.
  const servers = descendants(supervisor).filter(({ command }) =>
    /^postgres: .* (?:127\.0\.0\.1|\[local\])/.test(command),
  );
  figures["database connections"] = servers.length;
  const handles = await readHandles(origin);
  return handles === null ? figures : { ...figures, "api handles": handles };
}

/** Null where the api does not answer in time. */
async function readHandles(origin: string): Promise<number | null> {
  try {
    const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(5_000) });
    return Number(/^nodejs_active_handles_total (\S+)$/m.exec(await response.text())?.[1]);
  } catch {
    return null;
  }
}

/** What a process keeps after a full collection; null before it has said so for the first time. */
function readKept(file: string): { heapUsed: number; external: number } | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { heapUsed: number; external: number }; // written by heap-probe.ts
  } catch {
    return null;
  }
}

function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
