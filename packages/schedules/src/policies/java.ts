import { setups, type SchedulerPolicy } from "./policy.ts";

const QUARTZ_OVERLAP = {
  usual: "parallel",
  usualWhen: "the job has no DisallowConcurrentExecution",
  otherwise: [["the job has DisallowConcurrentExecution", "one-at-the-end"]],
} as const;

export const JAVA: readonly SchedulerPolicy[] = [
  ...setups(
    {
      program: "Quartz",
      version: "2.5.2",
      schedulers: ["quartz"],
      clockBack: "silent",
      passesDueTime: true,
    },
    [
      {
        measured: "Quartz RAMJobStore, CronTrigger",
        setup: "a CronTrigger in memory",
        id: "memory",
        missed: { runs: "none" },
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: QUARTZ_OVERLAP,
        interval: null,
      },
      {
        measured: "Quartz JDBC store, CronTrigger, not registered again",
        setup: "a CronTrigger in a database, left alone at start",
        id: "database",
        missed: { runs: "last", withinSeconds: null },
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: QUARTZ_OVERLAP,
        interval: null,
      },
      {
        measured: "Quartz JDBC store, CronTrigger, registered with replace at start",
        setup: "a CronTrigger in a database, replaced at start",
        id: "database-replaced",
        missed: { runs: "none" },
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: QUARTZ_OVERLAP,
        interval: null,
      },
      {
        measured: "Quartz SimpleTrigger, for ever (JDBC, not registered again)",
        setup: "a SimpleTrigger for ever, in a database",
        id: "for-ever",
        intervalsOnly: true,
        missed: { runs: "last", withinSeconds: 60 },
        asleep: [{ runs: "last", withinSeconds: 60 }],
        overlap: { usual: "parallel" },
        interval: { first: "at once", phase: "grid", overRestart: "kept" },
      },
      {
        measured: "Quartz SimpleTrigger, finite count (JDBC, not registered again)",
        setup: "a SimpleTrigger with a count, in a database",
        id: "counted",
        intervalsOnly: true,
        missed: { runs: "last", withinSeconds: null },
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: { usual: "parallel" },
        interval: { first: "at once", phase: "grid", overRestart: "kept" },
      },
    ],
  ),
  ...setups(
    {
      program: "JobRunr",
      version: "8.7.0",
      schedulers: ["jobrunr"],
      missed: { runs: "last", withinSeconds: null, afterSeconds: 90 },
      overlap: { usual: "skipped" },
      clockBack: "silent",
      lateSeconds: [-5, 15],
    },
    [
      {
        measured: "JobRunr OSS cron (SQL)",
        setup: "cron",
        asleep: [{ runs: "last", withinSeconds: null }],
        interval: null,
      },
      {
        measured: "JobRunr OSS Duration (SQL)",
        setup: "a Duration",
        intervalsOnly: true,
        asleep: [{ runs: "all", withinSeconds: null }],
        interval: { first: "after an interval", phase: "grid", overRestart: "unknown" },
      },
    ],
  ),
  ...setups(
    {
      program: "db-scheduler",
      version: "16.12.0",
      schedulers: [],
      missed: { runs: "last", withinSeconds: null },
      asleep: [{ runs: "last", withinSeconds: null }],
      overlap: { usual: "skipped" },
      clockBack: "silent",
      lateSeconds: [0, 10],
      passesDueTime: true,
    },
    [
      {
        measured: "db-scheduler cron",
        setup: "cron",
        interval: null,
      },
      {
        measured: "db-scheduler FixedDelay",
        setup: "FixedDelay",
        intervalsOnly: true,
        interval: { first: "at once", phase: "from end", overRestart: "kept" },
      },
    ],
  ),
  ...annotationPolicies({ program: "Spring @Scheduled", version: "7.0.10", schedulers: ["spring"] }),
  ...annotationPolicies({ program: "Micronaut @Scheduled", version: "4.10.36", schedulers: ["micronaut"] }),
];

/** What an annotation `@Scheduled` does in each of its three forms: both programs were measured to do the same. */
function annotationPolicies(
  named: Pick<SchedulerPolicy, "program" | "version" | "schedulers">,
): SchedulerPolicy[] {
  return setups(
    {
      ...named,
      missed: { runs: "none" },
    },
    [
      {
        measured: `${named.program} cron`,
        setup: "cron",
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: { usual: "skipped" },
        interval: null,
        clockBack: "silent",
      },
      {
        measured: `${named.program} fixedRate`,
        setup: "fixedRate",
        id: "fixed-rate",
        intervalsOnly: true,
        asleep: [{ runs: "all", withinSeconds: null }],
        overlap: { usual: "queued" },
        interval: { first: "at once", phase: "grid", overRestart: "anew" },
        clockBack: "goes on",
      },
      {
        measured: `${named.program} fixedDelay`,
        setup: "fixedDelay",
        id: "fixed-delay",
        intervalsOnly: true,
        asleep: [{ runs: "last", withinSeconds: null }],
        overlap: { usual: "skipped" },
        interval: { first: "at once", phase: "from end", overRestart: "anew" },
        clockBack: "goes on",
      },
    ],
  );
}
