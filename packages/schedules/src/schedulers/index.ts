import * as debian from "./debian.ts";
import * as go from "./go.ts";
import * as java from "./java.ts";
import * as javascript from "./javascript.ts";
import * as others from "./others.ts";
import * as python from "./python.ts";
import * as quartz from "./quartz.ts";
import { ScheduleError } from "../schedule-error.ts";
import type { Scheduler } from "./scheduler.ts";

export { DEFAULT_SCHEDULER } from "./scheduler.ts";

export const SCHEDULERS: readonly Scheduler[] = [
  debian,
  go,
  quartz,
  java,
  javascript,
  python,
  others,
].flatMap((family) =>
  Object.values(family as unknown as Record<string, Scheduler>).filter((value) => "rules" in value),
);

/** Other names of schedulers. */
const ALIASES: Readonly<Record<string, string>> = {
  laravel: "laravel-cron-expression",
  symfony: "laravel-cron-expression",
  netresearch: "netresearch-go-cron",
  nestjs: "cron-kelektiv",
  nomad: "hashicorp-nomad",
  "croniter-7": "croniter",
  "croniter-6": "croniter6",
  "apscheduler-3.11": "apscheduler",
};
const byId = new Map(SCHEDULERS.map((scheduler) => [scheduler.id, scheduler]));

/** The id of a scheduler, from its id or another name; null: there is no such scheduler. */
export function schedulerId(name: string): string | null {
  const id = Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
  return byId.has(id) ? id : null;
}

export function schedulerById(id: string): Scheduler | undefined {
  return byId.get(id);
}

/** @throws ScheduleError if there is no such scheduler */
export function schedulerNamed(id: string): Scheduler {
  const scheduler = byId.get(schedulerId(id) ?? id);
  if (scheduler === undefined)
    throw new ScheduleError(
      `There is no scheduler “${id.slice(0, 50)}”: choose one such as kubernetes, or leave it out for cron.`,
    );
  return scheduler;
}
