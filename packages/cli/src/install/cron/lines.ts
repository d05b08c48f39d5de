import { readCrontabLines } from "../../discover/crontab.ts";
import { readFacts } from "../../discover/facts.ts";
import { type Files, filesBelow } from "../../discover/files.ts";
import { findJobs } from "../../discover/jobs.ts";
import { maskSecrets } from "../../discover/mask.ts";
import { readConfig } from "../../config.ts";
import type { Machine } from "../../machine.ts";
import { slugPrefix } from "../slug.ts";
import { type Dialect, refusalOf } from "./wrap.ts";

/** A line of a crontab that is a job, and whether it can be wrapped. */
export type CronLine = {
  /** As discover counts, from 1 on. */
  line: number;
  /** Its place in the text, from 0 on. */
  index: number;
  /** Byte for byte, without its line break. */
  text: string;
  /** For a person, without its secrets. */
  shown: string;
  slug: string;
  shell: string;
  dialect: Dialect;
  /** Why it cannot be wrapped; null: it can. */
  refusal: string | null;
  /** Why it is wrapped only if it is named; null: there is nothing against it. */
  doubt: string | null;
};

/** `hidden`: how many lines the file has before the text. */
type Place = { path: string; hidden: number; hasUser: boolean; prefix: string | null };

/** Reads the jobs of a crontab as discover reads them. `text`: a character for each byte. */
export function readLines(
  machine: Machine,
  text: string,
  { path, hidden, hasUser, prefix }: Place,
): CronLine[] {
  const readable = Buffer.from(text, "latin1").toString();
  const disk = filesBelow("/");
  const facts = readFacts(disk, machine.host.split(".")[0] ?? null);
  const shownPath = hasUser ? `/etc/cron.d/${nameOf(path)}` : `${spoolOf(facts.cron)}/${nameOf(path)}`;
  const { url } = readConfig(machine);
  const jobs = findJobs({
    files: withFile(disk, shownPath, readable),
    facts,
    hosts: url === null ? [] : [new URL(url).host.toLowerCase()],
    prefix: prefix ?? slugPrefix(facts.host),
  });
  const raw = text.split("\n");
  return readCrontabLines(readable, { ...facts, hasUser }).map((line): CronLine => {
    const job = jobs.find(({ place }) => place === `${shownPath}:${line.line}`);
    const shell = line.variables["SHELL"] ?? "/bin/sh";
    const doubt = doubtAbout(line.command, job?.watch ?? null);
    const isOwn = job?.watch?.by === "overdue run";
    return {
      line: line.line + hidden,
      index: line.line - 1,
      text: raw[line.line - 1] ?? "",
      shown: maskSecrets(Buffer.from(raw[line.line - 1] ?? "", "latin1").toString()).replaceAll("\r", "\\r"),
      slug: job?.slug ?? `${prefix ?? slugPrefix(facts.host)}line-${line.line}`,
      shell,
      dialect: { hasUser, hasInput: facts.cron !== "busybox" },
      refusal: (isOwn ? doubt : null) ?? line.problem ?? refusalOf(shell),
      doubt,
    };
  });
}

function doubtAbout(command: string, watch: ReturnType<typeof findJobs>[number]["watch"]): string | null {
  if (/\brun-parts\b/.test(command))
    return "it starts the scripts of a folder, each of which is a job: name it by --line to have it wrapped as one";
  if (watch === null) return null;
  if (watch.by === "another monitor") return `it reports to ${watch.host}: name it by --line to have both`;
  return `it reports to ${watch.check} already`;
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function spoolOf(cron: string): string {
  return cron === "busybox" ? "/etc/crontabs" : "/var/spool/cron/crontabs";
}

/** The machine's files with one more, or another text of it. */
function withFile(files: Files, path: string, text: string): Files {
  const at = path.lastIndexOf("/");
  const [folder, name] = [path.slice(0, at), path.slice(at + 1)];
  return {
    ...files,
    read: (asked) => (asked === path ? text : files.read(asked)),
    exists: (asked) => asked === path || files.exists(asked),
    list: (asked) =>
      asked === folder ? [...new Set([...files.list(asked), name])].toSorted() : files.list(asked),
  };
}
