import { type CrontabLine, readCrontabLines } from "./crontab.ts";
import type { MachineFacts } from "./facts.ts";
import { leftToSystemd, type Machine, type UnnamedJob } from "./job.ts";
import { findWatch, scriptsOf } from "./watch.ts";

/** Crontabs that the installed cron reads; `ignored`: why it leaves the file out. */
function crontabsOf({
  files,
  facts: { cron },
}: Machine): { path: string; user: string | null; ignored: string | null }[] {
  const spool = cron === "busybox" ? "/etc/crontabs" : "/var/spool/cron/crontabs";
  const spools = [spool, ...(cron === "cronie" ? ["/var/spool/cron"] : [])];
  const ofUsers = spools.flatMap((folder) =>
    files
      .list(folder)
      .filter((name) => !files.isFolder(`${folder}/${name}`) && !/^tmp\.|^\.|^cron\.update$/.test(name))
      .map((name) => ({ path: `${folder}/${name}`, user: name, ignored: null })),
  );
  // BusyBox' crond reads the crontabs of users alone.
  if (cron === "busybox") return ofUsers;
  const ofPackages = files
    .list("/etc/cron.d")
    .filter((name) => name !== ".placeholder" && !files.isFolder(`/etc/cron.d/${name}`))
    .map((name) => ({ path: `/etc/cron.d/${name}`, user: null, ignored: ignoredName(name, cron) }));
  const system = files.exists("/etc/crontab") ? [{ path: "/etc/crontab", user: null, ignored: null }] : [];
  return [...system, ...ofPackages, ...ofUsers];
}

function ignoredName(name: string, cron: MachineFacts["cron"]): string | null {
  if (cron === "cronie")
    return /^[.#]|~$|\.rpm(?:save|orig|new)$/.test(name) ? "cron ignores a file of this name" : null;
  return /^[\w-]+$/.test(name)
    ? null
    : "cron ignores this file: its name may have only letters, digits, - and _";
}

/** The jobs of all crontabs, and of the folders whose scripts they start. */
export function cronJobs(machine: Machine): UnnamedJob[] {
  const { files, facts } = machine;
  return crontabsOf(machine).flatMap(({ path, user, ignored }) => {
    const lines = readCrontabLines(files.read(path) ?? "", { ...facts, hasUser: user === null });
    return lines.flatMap((line) =>
      jobsOfLine({ ...line, user: line.user ?? user, problem: ignored ?? line.problem }, path, machine),
    );
  });
}

const RUN_PARTS = /\brun-parts\s+(?:--?[\w=-]+\s+)*(\/[^\s;&|)}]+)/;
const ANACRON = "/usr/sbin/anacron";

/** The job of a line, or, where the line starts all scripts of a folder, each of these. */
function jobsOfLine(line: CrontabLine, path: string, machine: Machine): UnnamedJob[] {
  const folder = RUN_PARTS.exec(line.command)?.[1];
  if (folder === undefined) return [cronJob(line, path, machine)];
  // Debian's line leaves the folder to anacron where that is installed.
  if (line.command.includes(ANACRON) && machine.files.exists(ANACRON)) return [];
  return scriptJobs(folder.replace(/\/$/, ""), { ...line, kind: "run-parts", written: line.fields }, machine);
}

function cronJob(line: CrontabLine, path: string, machine: Machine): UnnamedJob {
  const { fields, user, command, schedule, jitterSeconds, problem, variables } = line;
  const home = user === null || user === "root" ? "/root" : `/home/${user}`;
  const scripts = scriptsOf(command.replaceAll(/~\/|\$\{?HOME\}?\//g, `${home}/`), {
    files: machine.files,
    path: variables["PATH"],
    folder: variables["HOME"] ?? home,
  });
  const variableText = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
  const sources = [{ text: `${command}\n${variableText}`, in: "its line" }, ...scripts];
  return {
    kind: "crontab",
    place: `${path}:${line.line}`,
    target: { file: path, line: line.line },
    written: fields,
    schedule,
    jitterSeconds,
    user,
    rawCommand: command,
    name: null,
    watch: findWatch(sources, machine.hosts),
    problem: problem ?? leftToSystemd(sources, machine),
  };
}

type StartedBy = Pick<UnnamedJob, "kind" | "written" | "schedule" | "jitterSeconds" | "user" | "problem">;

/** The scripts of a folder that run-parts starts, and those that it leaves out for a reason that people overlook. */
function scriptJobs(folder: string, by: StartedBy, machine: Machine): UnnamedJob[] {
  const { files } = machine;
  const names = files
    .list(folder)
    .filter((name) => !name.startsWith(".") && !files.isFolder(`${folder}/${name}`));
  return names
    .filter((name) => name !== "0anacron")
    .map((name) => {
      const path = `${folder}/${name}`;
      const sources = scriptsOf(path, { files });
      return {
        ...by,
        place: path,
        target: { file: path, line: null },
        rawCommand: path,
        name: name.replace(/\.(?:sh|bash|py|pl|rb)$/, ""),
        watch: findWatch(sources, machine.hosts),
        problem: by.problem ?? notStarted(path, name, machine) ?? leftToSystemd(sources, machine),
      };
    });
}

/** Source: run-parts(8) of debianutils, the script of that name in crontabs, and BusyBox 1.37, which accepts dots. */
function notStarted(path: string, name: string, { files, facts: { cron } }: Machine): string | null {
  const pattern =
    cron === "busybox"
      ? /^[\w.-]+$/
      : cron === "cronie"
        ? /^(?!.*(?:~|,|\.rpm(?:save|orig|new)|\.swp)$)/
        : /^[\w-]+$/;
  if (!pattern.test(name))
    return cron === "cronie"
      ? "run-parts leaves out a file of this name"
      : "run-parts leaves it out: its name may have only letters, digits, - and _, and no ending such as .sh";
  return files.isExecutable(path) ? null : "run-parts leaves it out: it is not executable (chmod +x)";
}

const PERIOD_DAYS: Readonly<Record<string, number>> = {
  "@daily": 1,
  "@weekly": 7,
  "@monthly": 30,
  "@yearly": 365,
  "@annually": 365,
};
const DAY_SECONDS = 86_400;

/** The jobs of anacron, which starts each so many days after it last did, while the machine is on. */
export function anacronJobs(machine: Machine): UnnamedJob[] {
  const { files, facts } = machine;
  const text = files.exists(ANACRON) ? files.read("/etc/anacrontab") : null;
  const delay = Number(/^\s*RANDOM_DELAY\s*=\s*(\d+)/m.exec(text ?? "")?.[1] ?? 0);
  return (text ?? "").split("\n").flatMap((line, index): UnnamedJob[] => {
    if (/^\s*(?:#|$)/.test(line) || /^\s*[A-Za-z_]\w*\s*=/.test(line)) return [];
    const [, period = "", minutes = "0", id = "", command = ""] =
      /^\s*(\S+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    const days = PERIOD_DAYS[period] ?? Number(period || Number.NaN);
    const isRead = Number.isInteger(days) && days > 0 && command !== "";
    const by: StartedBy = {
      kind: "anacron",
      written: isRead ? `every ${days === 1 ? "day" : `${days} days`} by anacron` : line.trim(),
      schedule: isRead ? { kind: "interval", everySeconds: days * DAY_SECONDS } : null,
      jitterSeconds: (Number(minutes) + delay) * 60,
      user: "root",
      problem: isRead ? null : "anacron needs a period, a delay, a name and a command",
    };
    const folder = RUN_PARTS.exec(command)?.[1];
    if (folder !== undefined) return scriptJobs(folder.replace(/\/$/, ""), by, machine);
    const place = {
      place: `/etc/anacrontab:${index + 1}`,
      target: { file: "/etc/anacrontab", line: index + 1 },
    };
    const sources = [{ text: command, in: "its line" }, ...scriptsOf(command, { files })];
    const watch = findWatch(sources, machine.hosts);
    return [
      {
        ...by,
        ...place,
        rawCommand: command,
        name: id || null,
        watch,
        problem: by.problem ?? leftToSystemd(sources, { ...machine, facts }),
      },
    ];
  });
}
