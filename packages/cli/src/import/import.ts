import { readFileSync } from "node:fs";

import { parse } from "yaml";

import { readConfig } from "../config.ts";
import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { type KnownCheck, openProject, type OpenProject } from "../project.ts";
import { CommandError, UsageError } from "../errors.ts";
import { type Imported, withOwnSlugs } from "./imported.ts";
import { readPages, SOURCES } from "./sources.ts";

const OPTIONS = {
  file: { type: "string" },
  url: { type: "string" },
  "api-key": { type: "string" },
  organization: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** What became of an import. `urls`: where the client of each check sends its pings from now on. */
type Outcome = {
  created: number;
  alreadyThere: number;
  /** Of those that were there, how many now have the old key that an import which broke off had not given them. */
  completed: number;
  urls: { check: string; url: string }[];
  problems: { check: string; problem: string }[];
};

/** `overdue import PRODUCT`: makes checks of another product's monitors. One that is there is left as it is. */
export async function importChecks(machine: Machine, args: readonly string[]): Promise<void> {
  const { values, words } = readOptions(args, OPTIONS);
  const [product = ""] = words;
  const source = SOURCES[product];
  if (source === undefined || words.length > 1)
    throw new UsageError(
      `Name one product: overdue import ${Object.keys(SOURCES).join(", ")}; not "${words.join(" ")}".`,
    );
  const text = (name: keyof typeof OPTIONS) => values[name] as string | undefined;
  const pages =
    text("file") === undefined ? await askApi(machine, { product, text }) : [readExport(text("file") ?? "")];
  const imported = pages.flatMap((page) => {
    const read = source.read(page);
    if (read === null) throw new CommandError(`This is no export of ${source.label}: give ${source.file}.`);
    return read;
  });
  const project = await openProject(machine);
  const outcome = await carryOver(withOwnSlugs(imported), {
    project,
    machine,
    isDry: values["dry-run"] === true,
  });
  const isText = values["json"] !== true && process.stdout.isTTY;
  process.stdout.write(isText ? outcomeText(outcome) : `${JSON.stringify(outcome, null, 2)}\n`);
}

type Asked = { product: string; text: (name: keyof typeof OPTIONS) => string | undefined };

async function askApi({ env }: Machine, { product, text }: Asked): Promise<unknown[]> {
  const source = SOURCES[product];
  if (source === undefined || source.api === null)
    throw new UsageError(`${source?.label} has no API for this: give --file with ${source?.file}.`);
  const key = text("api-key") ?? env["OVERDUE_IMPORT_KEY"];
  if (key === undefined)
    throw new UsageError(
      `Give --file with ${source.file}, or a key of ${source.label} as --api-key or OVERDUE_IMPORT_KEY.`,
    );
  const organization = text("organization");
  if (product === "sentry" && organization === undefined)
    throw new UsageError("Give --organization, the slug of the organization at Sentry.");
  const url = text("url") ?? source.api.url;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UsageError(`--url must be an address such as ${source.api.url}, not "${url}".`);
  return await readPages(source.api, { url, key, organization: organization ?? "" });
}

/** JSON is read as YAML, too. */
function readExport(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch {
    throw new CommandError(`${path} cannot be read.`);
  }
  try {
    return parse(text, { maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw new CommandError(`${path} is neither JSON nor YAML: ${(error as Error).message.split("\n")[0]}.`);
  }
}

type Into = { project: OpenProject; machine: Machine; isDry: boolean };

async function carryOver(imported: readonly Imported[], into: Into): Promise<Outcome> {
  const there = new Map((await into.project.listChecks()).map((check) => [check.slug, check]));
  const outcome: Outcome = { created: 0, alreadyThere: 0, completed: 0, urls: [], problems: [] };
  for (const one of imported) {
    const problems = [...one.problems];
    const known = one.check === null ? undefined : there.get(one.check.slug);
    if (known !== undefined) {
      outcome.alreadyThere += 1;
      const problem = into.isDry ? null : await complete(one, known, { into, outcome });
      if (problem !== null) outcome.problems.push({ check: one.name, problem });
      continue;
    }
    if (one.check !== null) {
      const url = into.isDry ? "" : await create(one, into, problems);
      if (url !== null) outcome.created += 1;
      if (url !== null && url !== "") outcome.urls.push({ check: one.check.slug, url });
    }
    outcome.problems.push(...problems.map((problem) => ({ check: one.name, problem })));
  }
  return outcome;
}

/** Makes a check. @returns the URL for its client; null if the check could not be made, which is then a problem */
async function create(one: Imported, { project, machine }: Into, problems: string[]): Promise<string | null> {
  try {
    const made = (await project.createCheck(one.check ?? {})) as KnownCheck & { warnings?: string[] };
    problems.push(...(made.warnings ?? []));
    if (one.isPaused) await project.ask("POST", `/checks/${made.id}/pause`);
    const refusal = one.alias === null ? null : await setAlias(one.alias, made, project);
    if (refusal !== null)
      problems.push(`its client needs the check's own ping URL, since its old key is refused: ${refusal}`);
    const { url, pingKey } = readConfig(machine);
    return refusal === null
      ? `${url}${one.path.replace("PING_KEY", pingKey ?? "<ping key>")}`
      : (made.pingUrl ?? "");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    problems.push(`its check could not be made: ${error.message}`);
    return null;
  }
}

/**
 * Gives a check that is there its old key, where it has no key at all: an import makes the check, pauses it, and gives it the
 * key last. @returns what could not be done; null: nothing was missing, or it is there now
 */
async function complete(
  { alias, isPaused }: Imported,
  known: KnownCheck,
  { into: { project }, outcome }: { into: Into; outcome: Outcome },
): Promise<string | null> {
  if (alias === null) return null;
  const { aliases } = await project.ask<{ aliases: unknown[] }>("GET", `/checks/${known.id}/aliases`);
  if (aliases.length > 0) return null;
  const refusal = await setAlias(alias, known, project);
  if (refusal !== null)
    return `its client needs the check's own ping URL, since its old key is refused: ${refusal}`;
  if (isPaused && known.status === "new") await project.ask("POST", `/checks/${known.id}/pause`);
  outcome.completed += 1;
  return null;
}

/** Lets the check answer to the old key, so that a client needs the new host only. @returns why it does not; null: it does */
async function setAlias(
  alias: NonNullable<Imported["alias"]>,
  { id }: KnownCheck,
  project: OpenProject,
): Promise<string | null> {
  try {
    await project.ask("PUT", `/checks/${id}/aliases`, { aliases: [alias] });
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

function outcomeText({ created, alreadyThere, completed, urls, problems }: Outcome): string {
  const given = completed === 0 ? "" : `, ${completed} of which got the old key that was missing`;
  return [
    `${created} made, ${alreadyThere} already there${given}.`,
    ...(urls.length === 0
      ? []
      : ["", "Where their clients send from now on:", ...urls.map(({ check, url }) => `  ${check}: ${url}`)]),
    ...(problems.length === 0
      ? []
      : [
          "",
          "What could not be carried over:",
          ...problems.map(({ check, problem }) => `  ${check}: ${problem}`),
        ]),
    "",
  ].join("\n");
}
