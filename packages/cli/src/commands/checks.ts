import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { projectOf, readList } from "./api.ts";

type Check = {
  name: string;
  slug: string;
  status: string;
  started: boolean;
  scheduleText: string;
  lastPingAt: string | null;
  expectedAt: string | null;
};

/** `overdue checks`: a line for each check of the project, or with `--json` what the API says of them. */
export async function checks(machine: Machine, args: readonly string[]): Promise<void> {
  const { values } = readOptions(args, { json: { type: "boolean" } });
  const { id } = await projectOf(machine);
  const found = await readList<Check>(machine, `/v1/projects/${id}/checks`);
  if (values["json"] === true) return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  const rows = found.map((check) => [
    check.started ? `${check.status}, running` : check.status,
    check.slug === "" ? check.name : check.slug,
    check.scheduleText,
    check.lastPingAt === null ? "no ping yet" : `last ping ${check.lastPingAt}`,
  ]);
  process.stdout.write(found.length === 0 ? "There are no checks yet.\n" : inColumns(rows));
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
