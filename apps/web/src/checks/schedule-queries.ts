import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, api } from "../api/client.ts";
import type { CheckSchedule } from "./check-queries.ts";

/** After a pause in typing of this length the server is asked what the schedule means. */
export const TYPING_PAUSE_MS = 250;

const { explain, readings } = api.v1.schedules;
const { schedulers } = api.v1;

export type ExplainedSchedule = InferResponseType<typeof explain.$post, 200>;

/** What a schedule means, and its next times. Fails with the message with which saving the schedule would fail. */
export const explainQuery = (schedule: CheckSchedule) =>
  queryOptions({
    queryKey: ["schedules", "explain", schedule],
    queryFn: () => parseResponse(explain.$post({ json: { schedule } })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });

export type SchedulerCatalogue = InferResponseType<typeof schedulers.$get, 200>;
export type Scheduler = SchedulerCatalogue["items"][number];

export type SchedulerSetups = Scheduler["setups"];

/** Everything that may run a job: schedulers of cron lines, of intervals and of systemd, and how each can be set up. */
export const schedulerCatalogueQuery = queryOptions({
  queryKey: ["schedulers"],
  queryFn: () => parseResponse(schedulers.$get()),
  staleTime: Infinity,
});

/** The schedulers that can be chosen for a cron line, ordered by family. */
export const schedulersQuery = queryOptions({ ...schedulerCatalogueQuery, select: ({ items }) => items });

/** Loads the code that reads schedules: it is large, and needed only once something is typed. */
export const loadTools = () => import("./form/schedule-tools.ts");

/** What probably runs a job, guessed from how its line is written; null if the line fits the chosen scheduler. */
export const proposalQuery = (typed: { expression: string; scheduler?: string | undefined }) =>
  queryOptions({
    queryKey: ["schedules", "proposal", typed],
    queryFn: async () => (await loadTools()).proposeScheduler(typed),
    staleTime: Infinity,
  });

/** What one scheduler makes of a line. */
export type Reading = InferResponseType<typeof readings.$get, 200>["items"][number];

/** What a schedule means: the part of an explanation that does not depend on a pasted text. */
export type Meaning = NonNullable<Reading["meaning"]>;

/** What several schedulers make of one line. It can be read without an account. */
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

/** The time zone of a schedule; undefined for an interval, which has none. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" || !isZone(schedule.timezone) ? undefined : schedule.timezone;
}

/** Whether this browser knows the zone: an error in a single schedule must not hide the whole page. */
function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
