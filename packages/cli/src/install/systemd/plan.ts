import type { Files } from "../../discover/files.ts";
import { readUnit, type Unit, unitNames } from "../../discover/units.ts";
import { findWatch } from "../../discover/watch.ts";
import { UsageError } from "../../errors.ts";
import { DROP_IN, type Role } from "./unit-files.ts";

/** What a unit needs to report its runs, and what a person should know of it. */
export type UnitPlan = { unit: string; role: Role; isApart: boolean; notes: string[] };

type Place = { files: Files; folders: readonly string[] };

/** The service that a word of the command line means: with or without its ending, or by its timer. */
export function serviceName(word: string, { files, folders }: Place): string {
  if (!/^[\w:.@\\-]+$/.test(word)) throw new UsageError(`"${word}" is no name of a unit.`);
  if (word.endsWith(".timer"))
    return (
      readUnit(files, folders, word)?.values("Timer", "Unit").at(-1) ?? word.replace(/\.timer$/, ".service")
    );
  const ending = /\.(service|socket|target|mount|automount|swap|path|slice|scope|device)$/.exec(word)?.[1];
  if (ending !== undefined && ending !== "service")
    throw new UsageError(`${word} runs no command: name a service, or the timer of one.`);
  return ending === undefined ? `${word}.service` : word;
}

/** Decides how a unit reports. Throws a `UsageError` where it cannot. */
export function planUnit(name: string, { files, folders }: Place): UnitPlan {
  if (name.endsWith("@.service"))
    throw new UsageError(`${name} is a template: name an instance, as ${name.replace("@.", "@NAME.")}.`);
  const unit = readUnit(files, folders, name);
  if (unit === null) throw new UsageError(`There is no unit ${name} here: systemctl list-units shows all.`);
  if (unit.isMasked) throw new UsageError(`${name} is masked, so that it never runs.`);
  const commands = unit.values("Service", "ExecStart");
  if (commands.some((command) => /\boverdue\S*\s+run\b/.test(command)))
    throw new UsageError(`${name} reports already: it runs its command by overdue run.`);
  const timer = timerOf(name, { files, folders });
  const type = last(unit, "Type") ?? (commands.length === 0 ? "oneshot" : "simple");
  const stays = isYes(last(unit, "RemainAfterExit"));
  const role: Role = type === "oneshot" || timer !== null ? (stays ? "job that stays" : "job") : "service";
  const isApart = ["RootDirectory", "RootImage"].some((key) => last(unit, key) !== null);
  return { unit: name, role, isApart, notes: notesOn(unit, { role, timer, isApart, commands }) };
}

type Seen = { role: Role; timer: string | null; isApart: boolean; commands: readonly string[] };

function notesOn(unit: Unit, { role, timer, isApart, commands }: Seen): string[] {
  const others = ["ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost"].flatMap((key) =>
    unit.values("Service", key).filter((value) => !value.includes("overdue/units")),
  );
  const watch = findWatch([{ text: [...commands, ...others].join("\n"), in: unit.name }], []);
  const restart = last(unit, "Restart") ?? "no";
  const hindered = SANDBOX.filter((key) => isSet(last(unit, key)));
  return [
    ...(role === "service"
      ? [
          "It is no job that ends. Its check gets each failure and each start, and not of time that passes: give it a long interval, such as 365 days.",
        ]
      : []),
    ...(role === "job that stays" && timer !== null
      ? [`It stays active behind its run (RemainAfterExit=yes), so that ${timer} starts it only once.`]
      : []),
    ...(restart !== "no"
      ? [`systemd starts it again by itself (Restart=${restart}): each of these ends is reported.`]
      : []),
    ...(isApart
      ? [
          "Its commands see another root (RootDirectory= or RootImage=), so its ends are noted by OnFailure= and OnSuccess=: its starts are not reported, nor ends after which systemd starts it again, and systemd must be 251 or newer.",
        ]
      : []),
    ...(hindered.length > 0
      ? [
          `${hindered.map((key) => `${key}=`).join(", ")}: does not hinder the reports, which overdue-report.service sends from outside.`,
        ]
      : []),
    ...(watch !== null
      ? [
          watch.by === "another monitor"
            ? `It reports to ${watch.host} too.`
            : `It pings the check “${watch.check}” itself, too: take that out, or its runs are reported twice.`,
        ]
      : []),
  ];
}

const SANDBOX = [
  "PrivateNetwork",
  "IPAddressDeny",
  "DynamicUser",
  "ProtectSystem",
  "RestrictAddressFamilies",
];

function isSet(value: string | null): boolean {
  return value !== null && value !== "" && !/^(?:no|false|off|0)$/i.test(value);
}

function isYes(value: string | null): boolean {
  return value !== null && /^(?:yes|true|on|1)$/i.test(value);
}

function last(unit: Unit, key: string): string | null {
  return unit.values("Service", key).at(-1) ?? null;
}

/** The timer that starts a service; null: none does. */
function timerOf(service: string, { files, folders }: Place): string | null {
  const starts = (timer: string) =>
    (readUnit(files, folders, timer)?.values("Timer", "Unit").at(-1) ??
      timer.replace(/\.timer$/, ".service")) === service;
  return unitNames(files, folders, "timer").all.find(starts) ?? null;
}

/** The units that have our drop-in in a folder. */
export function reportingUnits({ files }: Pick<Place, "files">, folder: string): string[] {
  return files
    .list(folder)
    .filter((name) => name.endsWith(".service.d") && files.exists(`${folder}/${name}/${DROP_IN}`))
    .map((name) => name.replace(/\.d$/, ""));
}
