import { describe, expect, test } from "vitest";

import { type CronJob, type Job, type Pod, readCronJob, readJob, readPod } from "./objects.ts";
import { applyEvent, applyKnown, applyTime } from "./reduce.ts";
import { type AgentState, type Known, newState, type Report } from "./state.ts";

const NOON = Date.parse("2026-11-29T12:00:00Z");
const at = (seconds: number) => NOON + seconds * 1_000;
const stamp = (seconds: number) => new Date(at(seconds)).toISOString().replace(".000Z", "Z");

const cronJob = (spec: object = {}, status: object = {}): CronJob =>
  readCronJob({
    metadata: { name: "backup", namespace: "shop", uid: "cj", creationTimestamp: stamp(-3_600) },
    spec: { schedule: "*/5 * * * *", ...spec },
    status,
  });

type JobParts = {
  uid?: string;
  due?: number | null;
  made?: number;
  annotations?: object;
  spec?: object;
  status?: object;
  owner?: boolean;
};

const job = ({
  uid = "j1",
  due = 0,
  made = 0.3,
  annotations = {},
  spec = {},
  status = {},
  owner = true,
}: JobParts = {}): Job =>
  readJob({
    metadata: {
      uid,
      name: `backup-${uid}`,
      namespace: "shop",
      creationTimestamp: stamp(made),
      annotations: {
        ...(due !== null && { "batch.kubernetes.io/cronjob-scheduled-timestamp": stamp(due) }),
        ...annotations,
      },
      ...(owner && { ownerReferences: [{ kind: "CronJob", name: "backup", uid: "cj", controller: true }] }),
    },
    spec,
    status,
  });

const complete = (seconds: number) => ({
  completionTime: stamp(seconds),
  succeeded: 1,
  conditions: [
    {
      type: "SuccessCriteriaMet",
      status: "True",
      reason: "CompletionsReached",
      lastTransitionTime: stamp(seconds),
    },
    { type: "Complete", status: "True", reason: "CompletionsReached", lastTransitionTime: stamp(seconds) },
  ],
});
const failed = (
  seconds: number,
  reason = "BackoffLimitExceeded",
  message = "Job has reached the specified backoff limit",
) => ({
  failed: 1,
  conditions: [
    { type: "FailureTarget", status: "True", reason, message, lastTransitionTime: stamp(seconds) },
    { type: "Failed", status: "True", reason, message, lastTransitionTime: stamp(seconds) },
  ],
});

type PodParts = { uid?: string; ofJob?: string; made?: number; phase?: string; status?: object };

const pod = ({ uid = "p1", ofJob = "j1", made = 1, phase = "Running", status = {} }: PodParts = {}): Pod =>
  readPod({
    metadata: {
      uid,
      name: `backup-${uid}`,
      namespace: "shop",
      creationTimestamp: stamp(made),
      ownerReferences: [{ kind: "Job", name: "backup-1", uid: ofJob, controller: true }],
    },
    spec: { nodeName: "n1" },
    status: { phase, ...status },
  });
const ended = (exitCode: number, reason = "Error") => ({
  phase: "Failed",
  status: { containerStatuses: [{ name: "main", state: { terminated: { exitCode, reason } } }] },
});
const waiting = (reason: string) => ({
  phase: "Pending",
  status: { containerStatuses: [{ name: "main", state: { waiting: { reason, message: "no such image" } } }] },
});

/** Plays objects in their order: [second, object, deleted]. Time passes once more after the last one. */
type Step =
  | readonly [second: number, object: CronJob | Job | Pod, isDeleted?: boolean]
  | readonly [second: number];

function play(steps: readonly Step[], state: AgentState = newState()): Report[] {
  return steps.flatMap(([second, object, isDeleted = false]) => {
    if (object === undefined) return applyTime(state, at(second));
    const type = isDeleted ? "deleted" : "seen";
    const event =
      "schedule" in object
        ? ({ kind: "cronjob", type, object } as const)
        : "pods" in object
          ? ({ kind: "job", type, object } as const)
          : ({ kind: "pod", type, object } as const);
    return applyEvent(state, event, at(second));
  });
}

const textOf = ({ kind, runId, exitStatus, reason }: Report) =>
  [kind, runId, exitStatus, reason].filter((part) => part !== null).join(" ");

const STORIES: readonly (readonly [title: string, steps: readonly Step[], reports: readonly string[]])[] = [
  [
    "a success is a start and an end",
    [
      [0, cronJob()],
      [0.4, job()],
      [1, pod()],
      [5, pod({ phase: "Succeeded" })],
      [5.1, job({ status: complete(5) })],
      [5.2, job({ status: complete(5) })],
    ],
    ["start j1", "success j1"],
  ],
  [
    "a failure by its back-off limit has the exit status of the last pod",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(ended(1))],
      [12, pod({ uid: "p2", made: 11, ...ended(3) })],
      [12.1, job({ status: failed(12) })],
    ],
    ["start j1", "fail j1 3 BackoffLimitExceeded"],
  ],
  [
    "a container that ran out of memory is the reason",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(ended(137, "OOMKilled"))],
      [2.1, job({ status: failed(2) })],
    ],
    ["start j1", "fail j1 137 OOMKilled"],
  ],
  [
    "a failure waits for its pod, whose end comes by another stream",
    [
      [0, cronJob()],
      [0.4, job()],
      [1, pod()],
      [2, job({ status: failed(2) })],
      [2.2, pod(ended(137, "OOMKilled"))],
      [9],
    ],
    ["start j1", "fail j1 137 OOMKilled"],
  ],
  [
    "a failure whose pods never say why is reported after a moment",
    [[0, cronJob()], [0.4, job()], [2, job({ status: failed(2) })], [3], [6], [9]],
    ["start j1", "fail j1 BackoffLimitExceeded"],
  ],
  [
    "a deadline is the reason, and not the signal that stopped the pod",
    [
      [0, cronJob()],
      [0.4, job()],
      [30, pod(ended(143))],
      [
        30.1,
        job({ status: failed(30, "DeadlineExceeded", "Job was active longer than specified deadline") }),
      ],
    ],
    ["start j1", "fail j1 DeadlineExceeded"],
  ],
  [
    "a rule for pod failures",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(ended(42))],
      [
        2.1,
        job({
          status: failed(
            2,
            "PodFailurePolicy",
            "Container main for pod shop/p failed with exit code 42 matching FailJob rule at index 0",
          ),
        }),
      ],
    ],
    ["start j1", "fail j1 42 PodFailurePolicy"],
  ],
  [
    "an evicted pod",
    [
      [0, cronJob()],
      [0.4, job()],
      [
        2,
        pod({
          phase: "Failed",
          status: { reason: "Evicted", message: "The node was low on resource: memory." },
        }),
      ],
      [2.1, job({ status: failed(2) })],
    ],
    ["start j1", "fail j1 Evicted"],
  ],
  [
    "an image that cannot be pulled fails once, after two minutes",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(waiting("ErrImagePull"))],
      [60, pod(waiting("ImagePullBackOff"))],
      [100],
      [123],
      [200],
      [280],
    ],
    ["start j1", "fail j1 ImagePullBackOff"],
  ],
  [
    "and is a success if it is pulled in the end",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(waiting("ImagePullBackOff"))],
      [130],
      [140, pod()],
      [150, job({ status: complete(150) })],
    ],
    ["start j1", "fail j1 ImagePullBackOff", "success j1"],
  ],
  [
    "and no second failure if its Job fails or goes in the end",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, pod(waiting("ImagePullBackOff"))],
      [130],
      [140, job({ status: failed(140) })],
      [150, job({ status: failed(140) }), true],
    ],
    ["start j1", "fail j1 ImagePullBackOff"],
  ],
  [
    "a container that is being made is no image that cannot be pulled",
    [[0, cronJob()], [0.4, job()], [2, pod(waiting("ContainerCreating"))], [250]],
    ["start j1"],
  ],
  [
    "a pod that finds no node",
    [
      [0, cronJob()],
      [0.4, job()],
      [
        2,
        pod({
          phase: "Pending",
          status: {
            conditions: [
              { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" },
            ],
          },
        }),
      ],
      [125],
    ],
    ["start j1", "fail j1 Unschedulable"],
  ],
  [
    "a Job whose pods may not be made, such as for a service account that is missing",
    [[0, cronJob()], [0.4, job()], [60], [121], [180]],
    ["start j1", "fail j1 FailedCreate"],
  ],
  [
    "a Job that begins suspended starts when it is resumed",
    [
      [0, cronJob()],
      [0.4, job({ spec: { suspend: true } })],
      [200],
      [250, job()],
      [251, pod()],
      [260, job({ status: complete(260) })],
    ],
    ["start j1", "success j1"],
  ],
  [
    "a manual run is a run without a due time",
    [
      [0, cronJob()],
      [
        20,
        job({
          uid: "m1",
          due: null,
          made: 20,
          annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
        }),
      ],
      [
        30,
        job({
          uid: "m1",
          due: null,
          made: 20,
          annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
          status: complete(30),
        }),
      ],
    ],
    ["start m1", "success m1"],
  ],
  [
    "a Job of nobody's is left alone",
    [
      [0, cronJob()],
      [1, job({ owner: false })],
      [2, pod(ended(1))],
      [3, job({ owner: false, status: failed(3) })],
      [4, job({ owner: false }), true],
    ],
    [],
  ],
  [
    "history limit 0 and ttl 0: the deletion carries the end, and is no second one",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, job({ status: complete(2) })],
      [2.02, job({ status: complete(2) }), true],
    ],
    ["start j1", "success j1"],
  ],
  [
    "history limit 0, where only the deletion is seen",
    [
      [0, cronJob()],
      [2.02, job({ status: complete(2) }), true],
    ],
    ["start j1", "success j1"],
  ],
  [
    "a failed Job that is deleted before its pods say why",
    [
      [0, cronJob()],
      [0.4, job()],
      [2, job({ status: failed(2) })],
      [2.02, job({ status: failed(2) }), true],
      [9],
    ],
    ["start j1", "fail j1 BackoffLimitExceeded"],
  ],
  [
    "Replace: the old Job goes without an end, beside the new one",
    [
      [0, cronJob({ concurrencyPolicy: "Replace" })],
      [0.4, job()],
      [300.2, job(), true],
      [300.3, job({ uid: "j2", due: 300, made: 300.2 })],
      [310, pod(ended(143))],
    ],
    ["start j1", "fail j1 Replaced", "start j2"],
  ],
  [
    "a Job that somebody deletes",
    [
      [0, cronJob()],
      [0.4, job()],
      [20, job(), true],
    ],
    ["start j1", "fail j1 JobDeleted"],
  ],
  [
    "an orphaned Job runs to its end",
    [
      [0, cronJob()],
      [0.4, job()],
      [10, job({ owner: false })],
      [20, cronJob(), true],
      [30, job({ owner: false, status: complete(30) })],
    ],
    ["start j1", "log", "success j1"],
  ],
  [
    "Allow: two runs side by side end each for itself",
    [
      [0, cronJob()],
      [0.4, job()],
      [300.4, job({ uid: "j2", due: 300, made: 300.3 })],
      [310, job({ uid: "j2", due: 300, made: 300.3, status: complete(310) })],
      [320, job({ status: complete(320) })],
    ],
    ["start j1", "start j2", "success j2", "success j1"],
  ],
  [
    "an edited schedule is noted",
    [
      [0, cronJob()],
      [10, cronJob({ schedule: "0 * * * *" })],
    ],
    ["log"],
  ],
  [
    "suspending and resuming is noted, each once",
    [
      [0, cronJob()],
      [10, cronJob({ suspend: true })],
      [11, cronJob({ suspend: true })],
      [20, cronJob()],
    ],
    ["log", "log"],
  ],
];

test.each(STORIES)("%s", (_, steps, reports) => {
  expect(play(steps).map(textOf)).toEqual(reports);
});

test("a start says the due time of its run, and how late its Job was made", () => {
  const [start] = play([
    [0, cronJob({ timeZone: "Europe/Berlin" })],
    [31, job({ made: 30 })],
  ]);
  expect(start).toMatchObject({ dueAt: NOON, at: at(30), cronJob: { namespace: "shop", name: "backup" } });
  expect(start?.text).toBe(
    "Job shop/backup-j1, due 2026-11-29 13:00 Europe/Berlin, made 30 s after its time.",
  );
});

test("a failure says which container ended how, and what the Job says", () => {
  const reports = play([
    [0, cronJob()],
    [0.4, job()],
    [2, pod(ended(137, "OOMKilled"))],
    [2.1, job({ status: failed(2) })],
  ]);
  expect(reports[1]?.text).toBe(
    "OOMKilled: Container main of pod backup-p1 ended with exit status 137.\nBackoffLimitExceeded: Job has reached the specified backoff limit\nPods: 0 succeeded, 1 failed.",
  );
  expect(reports[1]?.pod).toMatchObject({ name: "backup-p1", node: "n1" });
});

describe("starts that did not come", () => {
  const missed = (steps: readonly Step[]) =>
    play(steps)
      .filter(({ kind }) => kind === "log")
      .map(({ text }) => text);

  test("are reported once the controller had three minutes", () => {
    expect(missed([[1, cronJob()], [479], [481], [500]])).toEqual([
      "No Job was started for 2026-11-29 12:05 UTC. Kubernetes says nothing about it: its controller was away, or startingDeadlineSeconds had passed.",
    ]);
  });

  test("are none where their Job came, however late", () => {
    const late = job({ uid: "j2", due: 300, made: 400, status: complete(401) });
    expect(missed([[1, cronJob()], [402, late], [520]])).toEqual([]);
  });

  test("are none where the CronJob says that it was scheduled, though the Job is gone", () => {
    expect(missed([[1, cronJob()], [302, cronJob({}, { lastScheduleTime: stamp(300) })], [520]])).toEqual([]);
  });

  test("are those that a controller which was away leaves out: three due times, one Job for the last", () => {
    const steps: Step[] = [
      [1, cronJob()],
      [902, job({ uid: "j2", due: 900, made: 902 })],
      [903, cronJob({}, { lastScheduleTime: stamp(900) })],
      [1_081],
    ];
    expect(missed(steps)).toEqual([
      "No Job was started for 2026-11-29 12:05 UTC, 2026-11-29 12:10 UTC. Kubernetes says nothing about it: its controller was away, or startingDeadlineSeconds had passed.",
    ]);
  });

  test("name the run that was still going under Forbid", () => {
    expect(missed([[1, cronJob({ concurrencyPolicy: "Forbid" })], [1.4, job({ made: 1 })], [500]])).toEqual([
      "No Job was started for 2026-11-29 12:05 UTC. Job backup-j1 was still going, and concurrencyPolicy is Forbid.",
    ]);
  });

  test.each([
    ["is kept by the history limits", []],
    ["goes at its end", [[90, job({ made: 1, status: complete(90) }), true]]],
  ] as const)("name it under Forbid after its end, too, where its Job %s", (_, gone) => {
    const steps: Step[] = [
      [1, cronJob({ concurrencyPolicy: "Forbid", schedule: "* * * * *" })],
      [1.4, job({ made: 1 })],
      [90, job({ made: 1, status: complete(90) })],
      ...gone,
      [121, job({ uid: "j2", due: 120, made: 121, status: complete(122) })],
      [241],
      [361],
    ];
    expect(missed(steps)).toEqual([
      "No Job was started for 2026-11-29 12:01 UTC. Job backup-j1 was still going, and concurrencyPolicy is Forbid.",
      "No Job was started for 2026-11-29 12:03 UTC. Kubernetes says nothing about it: its controller was away, or startingDeadlineSeconds had passed.",
    ]);
  });

  test("are named while the CronJob is suspended", () => {
    expect(missed([[1, cronJob()], [10, cronJob({ suspend: true })], [500]])[1]).toContain(
      "The CronJob is suspended.",
    );
  });

  test("are not counted from before an edit of the schedule", () => {
    const steps: Step[] = [[1, cronJob()], [310, cronJob({ schedule: "*/20 * * * *" })], [700]];
    expect(missed(steps)).toEqual(["Its schedule was changed from “*/5 * * * *” to “*/20 * * * *”."]);
  });

  test("are not computed for @every, which counts from a restart of the controller", () => {
    expect(missed([[1, cronJob({ schedule: "@every 1m" })], [700]])).toEqual([]);
  });

  test("are none of a line that never runs", () => {
    expect(missed([[1, cronJob({ schedule: "0 0 31 2 *" })], [700]])).toEqual([]);
  });
});

describe("an agent that is started again", () => {
  const known = (
    runs: Known extends ReadonlyMap<string, infer K> ? (K extends { runs: infer R } ? R : never) : never,
  ): Known => new Map([["cj", { runs, since: at(-600) }]]);
  const restart = (listed: readonly Job[], has: Known, lastSuccess?: number): string[] => {
    const state = newState();
    const status = lastSuccess === undefined ? {} : { lastSuccessfulTime: stamp(lastSuccess) };
    applyEvent(state, { kind: "cronjob", type: "seen", object: cronJob({}, status) }, at(100));
    return applyKnown(state, listed, { known: has, now: at(100) }).map(textOf);
  };

  test("says nothing of what Overdue has", () => {
    expect(
      restart([job({ status: complete(5) })], known([{ runId: "j1", isOpen: false, startedAt: at(0) }])),
    ).toEqual([]);
  });

  test("reports the end of a run whose start Overdue has", () => {
    expect(
      restart([job({ status: complete(5) })], known([{ runId: "j1", isOpen: true, startedAt: at(0) }])),
    ).toEqual(["success j1"]);
  });

  test("reports a run that began and ended while it was away", () => {
    expect(restart([job({ status: complete(5) })], known([]))).toEqual(["start j1", "success j1"]);
  });

  test("goes on with a run that is going", () => {
    expect(restart([job()], known([{ runId: "j1", isOpen: true, startedAt: at(0) }]))).toEqual([]);
  });

  test("makes nothing of runs from before the check", () => {
    expect(restart([job({ made: -900, due: -900, status: complete(-890) })], known([]))).toEqual([]);
  });

  test.each([
    ["a success, if the CronJob has had one since", 20, ["success gone"]],
    ["a failure, if the CronJob has had none since", undefined, ["fail gone JobGone"]],
    ["a failure, if its last success was before", -20, ["fail gone JobGone"]],
  ])("counts a run that is open there, and whose Job is gone, as %s", (_, lastSuccess, reports) => {
    expect(restart([], known([{ runId: "gone", isOpen: true, startedAt: at(0) }]), lastSuccess)).toEqual(
      reports,
    );
  });
});
