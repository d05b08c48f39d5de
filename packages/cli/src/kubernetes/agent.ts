import { writeFileSync } from "node:fs";

import { readConfig, type Target } from "../config.ts";
import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { openProject, type OpenProject } from "../project.ts";
import { UsageError } from "../errors.ts";
import { sleep } from "../sleep.ts";
import { Checks } from "./checks.ts";
import { findAccess } from "./access.ts";
import { type Cluster, connectCluster, Expired } from "./connection.ts";
import { type CronJob, readCronJob, readJob, readPod } from "./objects.ts";
import { applyEvent, applyKnown, applyTime } from "./reduce.ts";
import { type AgentState, type Known, type KnownRun, newState, type Report } from "./state.ts";
import { Reports } from "./reports.ts";
import { type Kind, KINDS, pathsOf } from "./scopes.ts";

const OPTIONS = {
  namespace: { type: "string", multiple: true },
  "no-checks": { type: "boolean" },
  "pause-suspended": { type: "boolean" },
  output: { type: "boolean" },
  "report-to": { type: "string" },
  "liveness-file": { type: "string" },
} as const;

type Options = {
  namespaces: readonly string[];
  managesChecks: boolean;
  pausesSuspended: boolean;
  /** Whether the end of a failed pod's output is sent, for which the agent needs the right to read logs. */
  sendsOutput: boolean;
  reportTo: string | null;
  livenessFile: string | null;
};

/** `overdue agent kubernetes`: watches CronJobs, Jobs and Pods, and reports each run until it is stopped. */
export async function agent(machine: Machine, args: readonly string[]): Promise<void> {
  const options = readAgentOptions(args);
  const project = await openProject(machine);
  const cluster = connectCluster(findAccess(machine));
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await new Agent(machine, { options, project, cluster, stop: stop.signal }).run();
}

function readAgentOptions(args: readonly string[]): Options {
  const { values, words } = readOptions(args, OPTIONS);
  if (words[0] !== "kubernetes" || words.length > 1)
    throw new UsageError(
      `There is one kind of agent: overdue agent kubernetes, and not "${words.join(" ")}".`,
    );
  return {
    namespaces: (values["namespace"] as string[] | undefined) ?? [],
    managesChecks: values["no-checks"] !== true,
    pausesSuspended: values["pause-suspended"] === true,
    sendsOutput: values["output"] === true,
    reportTo: (values["report-to"] as string | undefined) ?? null,
    livenessFile: (values["liveness-file"] as string | undefined) ?? null,
  };
}

type Setting = { options: Options; project: OpenProject; cluster: Cluster; stop: AbortSignal };

const TICK_MS = 1_000;
const REPORT_EVERY_MS = 60_000;
const RETRY_MS = { first: 1_000, most: 30_000 };
const DRAIN_MS = 5_000;
const OUTPUT_BYTES = 5_000;
const RUNS_READ = 200;
const HELD_MAX = 100;

class Agent {
  readonly #machine: Machine;
  readonly #setting: Setting;
  readonly #checks: Checks;
  readonly #reports: Reports;
  readonly #state: AgentState = newState();
  /** Where the watch of each list goes on. */
  readonly #versions = new Map<string, string>();
  /** Reports of CronJobs whose check is still being made, by the CronJob's UID. */
  readonly #held = new Map<string, Report[]>();
  #reportedAt = 0;

  constructor(machine: Machine, setting: Setting) {
    this.#machine = machine;
    this.#setting = setting;
    this.#checks = new Checks(setting.project, { ...setting.options, say });
    this.#reports = new Reports(machine, { say, output: (pod) => this.#outputOf(pod) });
  }

  async run(): Promise<void> {
    await this.#begin();
    say(`watching ${this.#state.cronJobs.size} CronJobs.`);
    const { namespaces } = this.#setting.options;
    const timer = setInterval(() => this.#tick(), TICK_MS);
    await Promise.all(
      KINDS.flatMap((kind) => pathsOf(kind, namespaces).map((path) => this.#follow(kind, path))),
    );
    clearInterval(timer);
    const until = Date.now() + DRAIN_MS;
    while (this.#reports.waiting > 0 && Date.now() < until) await sleep(50);
    this.#reports.stop();
  }

  /** Lists everything, makes what checks are missing, and compares with what Overdue has. */
  async #begin(): Promise<void> {
    const listed: Record<Kind, unknown[]> = { cronjob: [], job: [], pod: [] };
    for (const kind of KINDS)
      for (const path of pathsOf(kind, this.#setting.options.namespaces)) {
        const { items, version } = await this.#setting.cluster.list(path);
        listed[kind].push(...items);
        this.#versions.set(path, version);
      }
    const jobs = listed.job.map(readJob);
    await this.#checks.load();
    for (const object of listed.cronjob.map(readCronJob)) {
      await this.#checks.keep(object, jobs);
      applyEvent(this.#state, { kind: "cronjob", type: "seen", object }, Date.now());
    }
    for (const object of listed.pod.map(readPod))
      applyEvent(this.#state, { kind: "pod", type: "seen", object }, Date.now());
    this.#send(applyKnown(this.#state, jobs, { known: await this.#known(), now: Date.now() }));
  }

  async #known(): Promise<Known> {
    const known = new Map<string, { runs: KnownRun[]; since: number }>();
    for (const uid of this.#state.cronJobs.keys()) {
      const check = this.#checks.of(uid);
      if (check === null) continue;
      const { items } = await this.#setting.project.ask<{ items: RunOfServer[] }>(
        "GET",
        `/checks/${check.id}/runs?limit=${RUNS_READ}`,
      );
      const runs = items.flatMap(({ rid, outcome, startedAt }) =>
        rid === null
          ? []
          : [
              {
                runId: rid,
                isOpen: outcome === "running",
                startedAt: startedAt === null ? null : Date.parse(startedAt),
              },
            ],
      );
      known.set(uid, { runs, since: Date.parse(check.createdAt) });
    }
    return known;
  }

  /** Watches one list until the agent is stopped; lists it again where a change may have been missed. */
  async #follow(kind: Kind, path: string): Promise<void> {
    const { cluster, stop } = this.#setting;
    for (let waitMs = RETRY_MS.first; !stop.aborted;) {
      try {
        for await (const { type, object, version } of cluster.watch(
          path,
          this.#versions.get(path) ?? "",
          stop,
        )) {
          if (type !== "BOOKMARK") await this.#see(kind, object, type === "DELETED");
          this.#versions.set(path, version);
          waitMs = RETRY_MS.first;
        }
      } catch (error) {
        if (stop.aborted) return;
        if (error instanceof Expired) {
          await this.#listAgain(kind, path).catch((cause: Error) =>
            say(`${path} could not be listed: ${cause.message}`),
          );
          continue;
        }
        say(`the watch of ${path} broke off: ${(error as Error).message}`);
        await sleep(waitMs, { signal: stop });
        waitMs = Math.min(waitMs * 2, RETRY_MS.most);
      }
    }
  }

  async #see(kind: Kind, raw: unknown, isDeleted: boolean): Promise<void> {
    const type = isDeleted ? "deleted" : "seen";
    switch (kind) {
      case "cronjob": {
        const object = readCronJob(raw);
        this.#send(applyEvent(this.#state, { kind, type, object }, Date.now()));
        return isDeleted ? undefined : this.#keepCheck(object);
      }
      case "job":
        return this.#send(applyEvent(this.#state, { kind, type, object: readJob(raw) }, Date.now()));
      case "pod":
        return this.#send(applyEvent(this.#state, { kind, type, object: readPod(raw) }, Date.now()));
    }
  }

  async #keepCheck(cronJob: CronJob): Promise<void> {
    await this.#checks
      .keep(cronJob, [])
      .catch((error: Error) => say(`the check of ${cronJob.namespace}/${cronJob.name}: ${error.message}`));
    const held = this.#held.get(cronJob.uid) ?? [];
    this.#held.delete(cronJob.uid);
    if (this.#checks.of(cronJob.uid) !== null) this.#send(held);
  }

  async #listAgain(kind: Kind, path: string): Promise<void> {
    const { items, version } = await this.#setting.cluster.list(path);
    for (const item of items) await this.#see(kind, item, false);
    if (kind === "job") this.#loseJobs(items, path);
    this.#versions.set(path, version);
  }

  /** Jobs that went while nobody watched. */
  #loseJobs(items: readonly unknown[], path: string): void {
    const there = new Set(items.map((item) => readJob(item).uid));
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    for (const { job } of this.#state.runs.values())
      if (!there.has(job.uid) && (namespace === undefined || namespace === job.namespace))
        this.#send(
          applyEvent(this.#state, { kind: "job", type: "deleted", object: job, isLost: true }, Date.now()),
        );
  }

  #tick(): void {
    const now = Date.now();
    this.#send(applyTime(this.#state, now));
    const { livenessFile, reportTo } = this.#setting.options;
    if (livenessFile !== null) writeFileSync(livenessFile, "");
    if (reportTo === null || now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    const target = this.#targetOf(reportTo, null, true);
    if (target !== null) this.#reports.add(target, ofAgent(now, this.#state.cronJobs.size));
  }

  #send(reports: readonly Report[]): void {
    for (const report of reports) {
      const check = this.#checks.of(report.cronJob.uid);
      if (check === null) this.#hold(report);
      else {
        const target = this.#targetOf(check.slug, check.pingUrl, false);
        if (target !== null) this.#reports.add(target, report);
      }
    }
  }

  /** A run may begin before the check of its CronJob is made. */
  #hold(report: Report): void {
    const { uid } = report.cronJob;
    this.#held.set(uid, [...(this.#held.get(uid) ?? []), report].slice(-HELD_MAX));
  }

  /** A key that only reads is not shown the check's ping URL: then the ping key and the slug do. */
  #targetOf(slug: string, pingUrl: string | null, create: boolean): Target | null {
    if (pingUrl !== null) return { name: slug, pingUrl, create };
    const { url, pingKey } = readConfig(this.#machine);
    if (pingKey !== null) return { name: slug, pingUrl: `${url}/ping/${pingKey}/${slug}`, create };
    say(`${slug} cannot be reported: set OVERDUE_PING_KEY, or an API key of the scope write.`);
    return null;
  }

  async #outputOf({ namespace, name }: NonNullable<Report["pod"]>): Promise<string> {
    if (!this.#setting.options.sendsOutput) return "";
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=50&limitBytes=${OUTPUT_BYTES}`;
    return this.#setting.cluster.text(path).catch(() => "");
  }
}

type RunOfServer = { rid: string | null; outcome: string; startedAt: string | null };

function ofAgent(at: number, count: number): Report {
  const none = { runId: null, dueAt: null, exitStatus: null, reason: null, pod: null };
  return {
    cronJob: { uid: "", namespace: "", name: "" },
    kind: "success",
    text: `It watches ${count} CronJobs.`,
    at,
    ...none,
  };
}

function say(sentence: string): void {
  process.stderr.write(`${new Date().toISOString()} overdue agent: ${sentence}\n`);
}
