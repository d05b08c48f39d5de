import type { Options } from "./options.ts";
import type { Findings } from "./verify.ts";

/** A fault that is planted in a copy of the product: a run must report it, or the comparison proves nothing. */
export type Planted = {
  file: string;
  /** Texts of the file that are replaced; each must occur once. */
  edits: readonly { from: string; to: string }[];
  /** The kind of finding by which the run must report it. The same run of the product as it is must find nothing. */
  shows: Exclude<keyof Findings, "excused"> | "repeats";
  /** What the run is started with so that the fault must show: the faults that it takes, and jobs that meet them. */
  options: Partial<Options>;
};

/** None is in a file that the web app is built from, which would take a minute. */
export const PLANTED: Record<string, Planted> = {
  // The answer goes out while the ping still waits for its transaction.
  "ack-before-commit": {
    file: "apps/api/src/pings/receive.ts",
    edits: [
      {
        from: "const recorded = await recordOrAlias(toArrival({ ...said, ...extra }, { sender, body, at }), options);",
        to: `void recordOrAlias(toArrival({ ...said, ...extra }, { sender, body, at }), options).catch(() => undefined);
  const recorded = { kind: "recorded", projectId: "", checkId: "", pingUuid: "", created: false, ignoredBecause: null } as const;`,
      },
    ],
    shows: "lost",
    options: {
      only: ["kill api while PostgreSQL is frozen"],
      minutes: 0.2,
      faultEveryMs: 1_000,
      settleMs: 10_000,
    },
  },
  // A job that the queue has lost is waited for without end.
  "no-sweep": {
    file: "apps/checker/src/sender/dispatcher.ts",
    edits: [
      { from: "until > now ? { deliveryId, dueAt } : [],", to: "until > 0 ? { deliveryId, dueAt } : []," },
      { from: "const REMEMBERED_MS = 60_000;", to: "const REMEMBERED_MS = 60_000_000;" },
    ],
    shows: "undelivered",
    options: { mode: "redis", only: ["lose retries"], minutes: 0.5, faultEveryMs: 4_000, settleMs: 60_000 },
  },
  // A deadline is evaluated by the clock alone, whether or not all is stored that was received before it.
  "no-watermark": {
    file: "packages/db/src/receivers/awaited.ts",
    edits: [
      {
        from: "return { ...awaitedReceivers(receivers, now), now };",
        to: "return { ...awaitedReceivers(receivers, now), watermark: now, now };",
      },
    ],
    shows: "falseIncidents",
    options: { only: ["lock the table of pings"], minutes: 0.1, faultEveryMs: 1_000, settleMs: 30_000 },
  },
  // Nobody looks whether a deadline has passed; a late ping alone shows it.
  "no-evaluator": {
    file: "apps/checker/src/deadlines/deadline-evaluator.ts",
    edits: [
      {
        from: "if (watermark !== null) await this.#evaluate(",
        to: "if (watermark === 0) await this.#evaluate(",
      },
    ],
    shows: "missed",
    options: { only: ["kill checker"], minutes: 0.6, faultEveryMs: 10_000, settleMs: 30_000 },
  },
  // The time in which nothing could be received is stored nowhere.
  "no-outage": {
    file: "packages/db/src/receivers/checkpoint.ts",
    edits: [
      {
        from: "const endedOutage = await closeOutage(client, checkpoint);",
        to: "const endedOutage = (checkpoint.acceptedAt === 0 && (await closeOutage(client, checkpoint))) || false;",
      },
    ],
    shows: "unrecorded",
    options: { only: ["freeze all receivers"], minutes: 0.1, faultEveryMs: 1_000, settleMs: 30_000 },
  },
  // What was kept on disk is stored again, though the attempt that seemed to fail had stored it.
  "stores-again": {
    file: "apps/api/src/pings/ping-store.ts",
    edits: [{ from: "mayBeStored: true", to: "mayBeStored: false" }],
    shows: "storedTwice",
    options: { only: ["freeze PostgreSQL"], minutes: 0.8, faultEveryMs: 1_000, settleMs: 30_000 },
  },
  // Each message goes out twice.
  "sends-twice": {
    file: "apps/checker/src/sender/deliver-batch.ts",
    edits: [
      {
        from: "const result = await send(alert, parts);",
        to: "await send(alert, parts);\n  const result = await send(alert, parts);",
      },
    ],
    shows: "repeats",
    options: { only: ["kill checker"], minutes: 0.4, faultEveryMs: 10_000, settleMs: 30_000 },
  },
};
