import { isSameSchedule, propose } from "../discover/propose.ts";
import type { KnownCheck, OpenProject } from "../project.ts";
import { foundCronJob, historyOf, isLeftOut, slugOf } from "./cron-jobs.ts";
import type { CronJob, Job } from "./objects.ts";
import { scheduleOf } from "./schedule.ts";

export type CheckOptions = {
  /** Whether checks are made, and kept in step with their CronJob's schedule. */
  managesChecks: boolean;
  pausesSuspended: boolean;
  say: (sentence: string) => void;
};

/** The checks of the CronJobs, by the CronJob's UID. */
export class Checks {
  readonly #byCronJob = new Map<string, KnownCheck>();
  #all: KnownCheck[] = [];
  readonly #project: OpenProject;
  readonly #options: CheckOptions;

  constructor(project: OpenProject, options: CheckOptions) {
    this.#project = project;
    this.#options = options;
  }

  async load(): Promise<void> {
    this.#all = await this.#project.listChecks();
  }

  of(cronJobUid: string): KnownCheck | null {
    return this.#byCronJob.get(cronJobUid) ?? null;
  }

  /** Finds the check of a CronJob, or makes it; brings its schedule in step. A CronJob without one is not reported. */
  async keep(cronJob: CronJob, jobs: readonly Job[]): Promise<void> {
    if (isLeftOut(cronJob)) return void this.#byCronJob.delete(cronJob.uid);
    const { say, managesChecks } = this.#options;
    const schedule = scheduleOf(cronJob);
    if (typeof schedule === "string" && this.of(cronJob.uid) === null)
      return say(`${cronJob.namespace}/${cronJob.name} is not watched, since it never runs: ${schedule}`);
    const found = this.#all.find(({ slug }) => slug === slugOf(cronJob));
    if (found === undefined && !managesChecks)
      return say(
        `${cronJob.namespace}/${cronJob.name} has no check of the slug ${slugOf(cronJob)}, and is not watched.`,
      );
    const check = found ?? (await this.#create(cronJob, jobs));
    if (check === null) return;
    this.#byCronJob.set(cronJob.uid, check);
    if (managesChecks && typeof schedule !== "string") await this.#keepSchedule(check, cronJob, schedule);
    if (this.#options.pausesSuspended) await this.#keepPause(check, cronJob);
  }

  async #create(cronJob: CronJob, jobs: readonly Job[]): Promise<KnownCheck | null> {
    const job = { ...foundCronJob(cronJob, false), problem: null };
    const history = historyOf(cronJob, jobs);
    const histories = new Map(history === null ? [] : [[job, history]]);
    const proposal = propose(job, { host: null, histories, now: Date.now() });
    if (proposal === null) return null;
    const created = await this.#project.createCheck({
      ...proposal,
      tags: [...proposal.tags, `namespace:${cronJob.namespace}`],
    });
    this.#options.say(`made the check ${created.slug} for ${cronJob.namespace}/${cronJob.name}.`);
    this.#all.push(created);
    return created;
  }

  async #keepSchedule(
    check: KnownCheck,
    { namespace, name }: CronJob,
    schedule: Exclude<ReturnType<typeof scheduleOf>, string>,
  ): Promise<void> {
    const isSame =
      isSameSchedule(schedule, check.schedule) &&
      JSON.stringify(schedule.setup ?? {}) === JSON.stringify(check.schedule["setup"] ?? {});
    if (isSame) return;
    check.schedule = (
      await this.#project.ask<KnownCheck>("PATCH", `/checks/${check.id}`, { schedule })
    ).schedule;
    this.#options.say(`the check ${check.slug} has the schedule that ${namespace}/${name} has now.`);
  }

  async #keepPause(check: KnownCheck, { isSuspended }: CronJob): Promise<void> {
    const isPaused = check.status === "paused";
    if (isPaused === isSuspended) return;
    const act = isSuspended ? "pause" : "resume";
    check.status = (await this.#project.ask<KnownCheck>("POST", `/checks/${check.id}/${act}`)).status;
  }
}
