import { readdirSync } from "node:fs";

import { descendants, ownMegabytes, programOf, type Program } from "../chaos/processes.ts";

/** Figures by name, such as "api rss" and "sender files". */
export type Figures = Record<string, number>;

/** By the last word of a figure's name: how it is shown, and by how much it may differ by chance. */
export const UNITS = [
  { suffix: "rss", unit: " MB", slack: 40 },
  { suffix: "heap", unit: " MB", slack: 25 },
  { suffix: "files", unit: "", slack: 15 },
  { suffix: "handles", unit: "", slack: 15 },
  { suffix: "connections", unit: "", slack: 5 },
] as const;

export const PROGRAMS: readonly Program[] = ["api", "checker", "sender"];

/** Reads what each process of the product uses now. `supervisor`: the process of `npm start`. */
export async function readFigures(origin: string, supervisor: number): Promise<Figures> {
  const figures: Figures = {
    "supervisor rss": ownMegabytes(supervisor),
    "supervisor files": openFiles(supervisor),
  };
  for (const program of PROGRAMS) {
    const pid = programOf(supervisor, program);
    if (pid === null) continue;
    figures[`${program} rss`] = ownMegabytes(pid);
    figures[`${program} files`] = openFiles(pid);
  }
  // Each connection to PostgreSQL is a process of its own, which says so in its title.
  const servers = descendants(supervisor).filter(({ command }) =>
    /^postgres: .* (?:127\.0\.0\.1|\[local\])/.test(command),
  );
  figures["database connections"] = servers.length;
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  figures["api heap"] = metric("nodejs_heap_size_used_bytes") / 1e6;
  figures["api handles"] = metric("nodejs_active_handles_total");
  return figures;
}

function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
