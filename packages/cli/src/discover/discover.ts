import { execFileSync } from "node:child_process";

import { findTarget, readConfig } from "../config.ts";
import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { send } from "../report/http.ts";
import { slugPrefix } from "../install/slug.ts";
import { type KnownCheck, openProject, type OpenProject } from "../project.ts";
import { CommandError, UsageError } from "../errors.ts";
import { CRONS, type MachineFacts, readFacts } from "./facts.ts";
import { filesBelow } from "./files.ts";
import { historiesOf, readCronLog } from "./history.ts";
import type { FoundJob } from "./job.ts";
import { findJobs } from "./jobs.ts";
import { type Assessed, assessJobs, type History } from "./propose.ts";
import { discoveryJson, discoveryTable, isOpen, openText } from "./report.ts";

const OPTIONS = {
  apply: { type: "boolean" },
  json: { type: "boolean" },
  packages: { type: "boolean" },
  root: { type: "string" },
  host: { type: "string" },
  prefix: { type: "string" },
  cron: { type: "string" },
  ignore: { type: "string", multiple: true },
  "report-to": { type: "string" },
  kubernetes: { type: "boolean" },
  namespace: { type: "string", multiple: true },
} as const;

type Options = {
  isApplied: boolean;
  isJson: boolean;
  withPackages: boolean;
  /** The slugs that are looked at; empty: all. */
  only: readonly string[];
  root: string;
  host: string | null;
  prefix: string | null;
  cron: (typeof CRONS)[number] | null;
  ignored: readonly string[];
  reportTo: string | null;
  isKubernetes: boolean;
  /** Of the cluster; empty: all. */
  namespaces: readonly string[];
};

/** `overdue discover`: lists the jobs of this machine or cluster, and whether a check watches each. */
export async function discover(machine: Machine, args: readonly string[]): Promise<void> {
  const options = readDiscoverOptions(args);
  const { url, apiKey } = readConfig(machine);
  const project = options.isApplied || (url !== null && apiKey !== null) ? await openProject(machine) : null;
  const checks = (await project?.listChecks()) ?? [];
  const { facts, jobs, histories } = options.isKubernetes
    ? await clusterJobs(machine, options, checks)
    : machineJobs(machine, options, hostsOf([url, ...checks.map(({ pingUrl }) => pingUrl)]));
  const wanted = chosen(jobs, options);
  const assess = (known: readonly KnownCheck[]) =>
    assessJobs(wanted, { host: facts?.host ?? null, histories, now: Date.now(), checks: known });
  let assessed = assess(checks);
  if (options.isApplied && project !== null) {
    const created = await createChecks(
      assessed.filter((one) => isOpen(one, options.withPackages)),
      project,
    );
    assessed = assess([...checks, ...created]);
  }
  const { withPackages } = options;
  const isTable = !options.isJson && process.stdout.isTTY;
  const json = () => `${JSON.stringify(discoveryJson(facts, assessed), null, 2)}\n`;
  process.stdout.write(
    isTable ? discoveryTable(assessed, { width: process.stdout.columns, withPackages }) : json(),
  );
  if (options.reportTo !== null) await report(machine, options.reportTo, { assessed, withPackages });
}

/** @throws UsageError for a slug that no job has */
function chosen(jobs: readonly FoundJob[], { only, ignored }: Options): FoundJob[] {
  const missing = only.find((slug) => !jobs.some((job) => job.slug === slug));
  if (missing !== undefined)
    throw new UsageError(`No job here has the slug "${missing}": overdue discover lists them all.`);
  return jobs.filter(({ slug }) => !ignored.includes(slug) && (only.length === 0 || only.includes(slug)));
}

/** The hosts at which pings arrive: that of the app, and the one of its ping URLs. */
function hostsOf(urls: readonly (string | null)[]): string[] {
  return [...new Set(urls.flatMap((url) => (url === null ? [] : [new URL(url).host.toLowerCase()])))];
}

function readDiscoverOptions(args: readonly string[]): Options {
  const { values, words } = readOptions(args, OPTIONS);
  const text = (name: keyof typeof OPTIONS) => (values[name] as string | undefined) ?? null;
  const list = (name: keyof typeof OPTIONS) => (values[name] as string[] | undefined) ?? [];
  const cron = CRONS.find((each) => each === text("cron")) ?? null;
  if (text("cron") !== null && cron === null)
    throw new UsageError(
      `--cron must be ${CRONS.slice(0, -1).join(", ")} or ${CRONS.at(-1)}, not "${text("cron")}".`,
    );
  const prefix = text("prefix");
  if (prefix !== null && !/^[-a-z0-9_]{0,50}$/.test(prefix))
    throw new UsageError(
      `--prefix must have only a-z, 0-9, - and _, and 50 of them at most, not "${prefix}".`,
    );
  const root = text("root") ?? "/";
  if (!filesBelow(root).isFolder("/"))
    throw new UsageError(`--root must be a folder with a machine's files, and ${root} is none.`);
  return {
    isApplied: values["apply"] === true,
    isJson: values["json"] === true,
    withPackages: values["packages"] === true || words.length > 0,
    only: words,
    root,
    host: text("host"),
    prefix,
    cron,
    ignored: list("ignore"),
    reportTo: text("report-to"),
    isKubernetes: values["kubernetes"] === true,
    namespaces: list("namespace"),
  };
}

type Found = { facts: MachineFacts | null; jobs: FoundJob[]; histories: Map<FoundJob, History> };

async function clusterJobs(
  machine: Machine,
  { namespaces }: Options,
  checks: readonly KnownCheck[],
): Promise<Found> {
  const { findCronJobs } = await import("../kubernetes/discover.ts");
  return { facts: null, ...(await findCronJobs(machine, { namespaces, checks })) };
}

function machineJobs(machine: Machine, options: Options, hosts: readonly string[]): Found {
  const files = filesBelow(options.root);
  const isHere = options.root === "/";
  const read = readFacts(files, options.host ?? (isHere ? (machine.host.split(".")[0] ?? null) : null));
  const facts = { ...read, ...(options.cron !== null && { cron: options.cron }) };
  // Checks are of one machine each: where two shared one, a dead machine would not be noticed.
  const prefix = options.prefix ?? slugPrefix(facts.host);
  const jobs = findJobs({ files, facts, hosts, prefix });
  const logs = ["/var/log/syslog", "/var/log/cron.log", "/var/log/cron"].map(
    (path) => files.read(path) ?? "",
  );
  if (isHere) logs.push(journalOfCron());
  return { facts, jobs, histories: historiesOf(readCronLog(logs.join("\n"), Date.now()), jobs) };
}

const JOURNAL_LINES = "20000";

/** What the journal has of cron; nothing where there is no journal. */
function journalOfCron(): string {
  const identifiers = ["CRON", "CROND", "crond", "cron"].flatMap((name) => ["-t", name]);
  try {
    const args = ["--no-pager", "-q", "-o", "short-iso-precise", "-n", JOURNAL_LINES, ...identifiers];
    return execFileSync("journalctl", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    });
  } catch {
    return "";
  }
}

/** Makes a check of each job that has none; one that is there is left as it is. */
async function createChecks(assessed: readonly Assessed[], project: OpenProject): Promise<KnownCheck[]> {
  const created: KnownCheck[] = [];
  for (const { state, proposal, job } of assessed) {
    if (state !== "unwatched" || proposal === null) continue;
    try {
      created.push(await project.createCheck(proposal));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(`The check of ${job.place} could not be made: ${error.message}`);
    }
  }
  return created;
}

const REPORT_TIMEOUT_MS = 30_000;

type Reported = { assessed: readonly Assessed[]; withPackages: boolean };

/** Sends the outcome as a ping: a failure with the list, as long as a job is not watched. @throws CommandError if it is not taken */
async function report(machine: Machine, check: string, { assessed, withPackages }: Reported): Promise<void> {
  const target = findTarget(check, { create: true, config: readConfig(machine) });
  if (typeof target === "string") throw new UsageError(`--report-to cannot be used: ${target}.`);
  const url = `${target.pingUrl}${assessed.some((one) => isOpen(one, withPackages)) ? "/fail" : ""}${target.create ? "?create=1" : ""}`;
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const request = {
    method: "POST",
    headers,
    body: openText(assessed, withPackages),
    timeoutMs: REPORT_TIMEOUT_MS,
  } as const;
  const answer = await send(url, { ...request, env: machine.env }).catch((error: Error) => {
    throw new CommandError(`The report could not be sent: ${error.message}.`);
  });
  if (answer.status >= 300)
    throw new CommandError(`The report was not taken: ${answer.text.trim() || answer.status}.`);
}
