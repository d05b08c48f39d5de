import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, api } from "../api/client.ts";
import type { CheckSchedule } from "./check-queries.ts";

/** A pause in typing of this length asks the server what the schedule means. */
export const TYPING_MS = 250;

const { explain, readings } = api.v1.schedules;
const { schedulers } = api.v1;

export type Explained = InferResponseType<typeof explain.$post, 200>;

/** What a schedule means, and its next times. It fails with the same message as saving the schedule would. */
export const explainQuery = (schedule: CheckSchedule) =>
  queryOptions({
    queryKey: ["schedules", "explain", schedule],
    queryFn: () => parseResponse(explain.$post({ json: { schedule } })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });

export type Runners = InferResponseType<typeof schedulers.$get, 200>;
export type Scheduler = Runners["items"][number];

export type SchedulerSetups = Scheduler["setups"];

/** All that is known of what may run a job: readers of cron lines, and how each can be set up. */
export const runnersQuery = queryOptions({
  queryKey: ["schedulers"],
  queryFn: () => parseResponse(schedulers.$get()),
  staleTime: Infinity,
});

/** The programs whose reading of a cron line can be chosen, families together. */
export const schedulersQuery = queryOptions({ ...runnersQuery, select: ({ items }) => items });

/** The parts that read lines are large, and needed once something is typed. */
export const loadTools = () => import("./form/schedule-tools.ts");

/** What probably runs a job, by how its line is written; null where it fits the scheduler that was chosen. */
export const proposalQuery = (typed: { expression: string; scheduler?: string | undefined }) =>
  queryOptions({
    queryKey: ["schedules", "proposal", typed],
    queryFn: async () => (await loadTools()).proposeScheduler(typed),
    staleTime: Infinity,
  });

/** What a schedule means, without what was read of a pasted text. */
export type Meaning = NonNullable<Reading["meaning"]>;

export type Reading = InferResponseType<typeof readings.$get, 200>["items"][number];

/** What several schedulers make of one line; needs no account. */
export const readingsQuery = (query: { expression: string; timezone: string; scheduler: string[] }) =>
  queryOptions({
    queryKey: ["schedules", "readings", query],
    queryFn: async () => (await parseResponse(readings.$get({ query }))).items,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });

const clockChanges = api.v1.projects[":projectId"]["clock-changes"];

export type CheckForecast = InferResponseType<typeof clockChanges.$get, 200>["items"][number];

/** The checks of a project whose next clock change skips, moves or doubles a run. */
export const clockChangesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "clock-changes"],
    queryFn: () => parseResponse(clockChanges.$get({ param: { projectId } })),
  });

/** The zone of a schedule; undefined for an interval, which has none and is shown in the browser's. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" ? undefined : schedule.timezone;
}
