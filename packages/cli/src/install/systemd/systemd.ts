import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { slugify } from "@overdue/core";

import { isCheckName, readConfig } from "../../config.ts";
import { type Files, filesBelow } from "../../discover/files.ts";
import { SYSTEM_FOLDERS, userFolders } from "../../discover/units.ts";
import type { Machine } from "../../machine.ts";
import { readOptions } from "../../parse.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { agree, type Change, noteOnPlace, ownCommand, readBytes, write } from "../change.ts";
import { slugPrefix } from "../slug.ts";
import { planUnit, reportingUnits, serviceName } from "./plan.ts";
import { reportUnits } from "./report.ts";
import { DROP_IN, dropInText, sharedUnits } from "./unit-files.ts";

const OPTIONS = {
  check: { type: "string" },
  create: { type: "boolean" },
  user: { type: "boolean" },
  root: { type: "string" },
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;

type Place = {
  files: Files;
  folders: readonly string[];
  /** Where units are written, as the machine sees it. */
  folder: string;
  root: string;
  isOfUser: boolean;
};

type Asked = { words: string[]; check: string | null; create: boolean; isAgreed: boolean; isDryRun: boolean };

/** `overdue systemd install|uninstall UNIT…`: lets units report their runs; `report` sends what they noted. */
export async function systemd(machine: Machine, args: readonly string[]): Promise<void> {
  const [action, ...rest] = args;
  if (action === "report") return reportUnits(machine, rest);
  if (action !== "install" && action !== "uninstall")
    throw new UsageError("Say install or uninstall: overdue systemd install UNIT --check NAME");
  const { values, words } = readOptions(rest, OPTIONS);
  const place = placeOf(machine, {
    root: (values["root"] as string | undefined) ?? "/",
    isOfUser: values["user"] === true,
  });
  const asked = {
    words,
    check: (values["check"] as string | undefined) ?? null,
    create: values["create"] === true,
    isAgreed: values["yes"] === true,
    isDryRun: values["dry-run"] === true,
  };
  return action === "install" ? install(machine, place, asked) : uninstall(place, asked);
}

function placeOf(machine: Machine, { root, isOfUser }: Pick<Place, "root" | "isOfUser">): Place {
  const folders = isOfUser ? userFolders(machine.home) : SYSTEM_FOLDERS;
  const folder = isOfUser ? `${machine.home}/.config/systemd/user` : "/etc/systemd/system";
  return { files: filesBelow(root), folders, folder, root, isOfUser };
}

async function install(machine: Machine, place: Place, asked: Asked): Promise<void> {
  if (asked.words.length === 0) throw new UsageError("Name the units that are to report.");
  const units = [...new Set(asked.words.map((word) => serviceName(word, place)))];
  if (asked.check !== null && units.length > 1)
    throw new UsageError("--check is for one unit: two that share a check hide each other's failures.");
  if (asked.check !== null && !isCheckName(asked.check))
    throw new UsageError(`--check must be a slug, a UUID or a ping URL, not "${asked.check}".`);
  const plans = units.map((unit) => ({
    ...planUnit(unit, place),
    check: asked.check ?? slugOf(machine, unit),
  }));
  const command = ownCommand(machine);
  const notes = [
    ...plans.flatMap(({ unit, check, notes: own }) => [
      `${unit} reports to ${check}.`,
      ...own.map((note) => `${unit}: ${note}`),
    ]),
    ...[noteOnPlace(command), noteOnConfig(machine)].filter((note) => note !== null),
  ];
  process.stdout.write(notes.map((note) => `# ${note}\n`).join(""));
  const { folder, isOfUser } = place;
  const changes = [
    ...plans.map((plan) =>
      changeTo(
        place,
        `${folder}/${plan.unit}.d/${DROP_IN}`,
        dropInText({ ...plan, create: asked.create && plan.role !== "service", isPrivileged: !isOfUser }),
      ),
    ),
    ...Object.entries(sharedUnits(command, isOfUser)).map(([name, text]) =>
      changeTo(place, `${folder}/${name}`, text),
    ),
  ];
  if (await apply(place, changes, asked)) {
    run(place, "enable", "--now", "overdue-report.path");
    process.stdout.write(`Done: ${units.join(", ")} will report from the next start on.\n`);
  }
}

async function uninstall(place: Place, asked: Asked): Promise<void> {
  const reporting = reportingUnits(place, place.folder);
  const units = asked.words.length === 0 ? reporting : asked.words.map((word) => serviceName(word, place));
  const unknown = units.find((unit) => !reporting.includes(unit));
  if (unknown !== undefined)
    throw new UsageError(`${unknown} has no drop-in of overdue: there is nothing to undo.`);
  if (units.length === 0)
    return void process.stdout.write("No unit here reports: there is nothing to undo.\n");
  const isLast = reporting.every((unit) => units.includes(unit));
  const shared = isLast ? Object.keys(sharedUnits([""], place.isOfUser)) : [];
  const changes = [...units.map((unit) => `${unit}.d/${DROP_IN}`), ...shared].map((name) =>
    changeTo(place, `${place.folder}/${name}`, null),
  );
  if (!(await agree(changes, asked))) return;
  if (isLast) run(place, "disable", "--now", "overdue-report.path");
  write(changes);
  run(place, "daemon-reload");
  process.stdout.write(`Done: ${units.join(", ")} will not report any more.\n`);
}

/** @returns whether something was written */
async function apply(place: Place, changes: readonly Change[], asked: Asked): Promise<boolean> {
  if (changes.every(({ before, after }) => before === after)) {
    process.stdout.write("Everything is as it should be: nothing was changed.\n");
    return false;
  }
  if (!(await agree(changes, asked))) return false;
  write(changes);
  run(place, "daemon-reload");
  return true;
}

function changeTo({ root }: Place, path: string, after: string | null): Change {
  const real = join(root, path);
  return { path: real, before: readBytes(real), after };
}

/** Asks systemd, unless the files are another machine's. */
function run({ root, isOfUser }: Place, ...words: string[]): void {
  if (root !== "/") return;
  const args = [...(isOfUser ? ["--user"] : []), ...words];
  try {
    execFileSync("systemctl", args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new CommandError(`systemctl ${args.join(" ")} failed: ${stderr?.trim() || message}`);
  }
}

/** The slug that discover gives a unit, too. */
function slugOf({ host }: Machine, unit: string): string {
  return `${slugPrefix(host.split(".")[0] ?? host)}${slugify(unit.replace(/\.service$/, "")) || "job"}`.slice(
    0,
    100,
  );
}

/** Units have no variables of a person: what they report with stands in a file. */
function noteOnConfig(machine: Machine): string | null {
  const { OVERDUE_URL: _, OVERDUE_PING_KEY: __, ...env } = machine.env;
  const { url, pingKey } = readConfig({ ...machine, env });
  return url !== null && pingKey !== null
    ? null
    : "The address and the ping key are in no file yet, and units do not have your variables: run overdue login, or write /etc/overdue/config.json.";
}
