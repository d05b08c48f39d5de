import { randomUUID } from "node:crypto";

import {
  type CheckSettings,
  defaultSettings,
  fold,
  type MetricValues,
  newCheck,
  type PingKind,
} from "@overdue/core";
import {
  type ReceivedPing,
  type CheckDetails,
  createCheck,
  createProject,
  openDb,
  type Pool,
  type PingTarget,
} from "@overdue/db";

/** What a test needs to refer to a check. */
export type SceneCheck = { id: string; projectId: string; pingUuid: string };

type CheckOptions = {
  /** When it is created, in epoch milliseconds; without: now. */
  at?: number;
  /** Without: a new project. */
  projectId?: string;
  settings?: Partial<CheckSettings>;
  details?: Partial<CheckDetails>;
};

/** Creates a check that is due every 5 minutes, with a minute's grace, and notifies every channel of its project. */
export async function aCheck(pool: Pool, options: CheckOptions = {}): Promise<SceneCheck> {
  const { at = Date.now(), settings, details = {} } = options;
  const projectId = options.projectId ?? (await aProject(pool)).projectId;
  const made = newCheck(randomUUID(), at, {
    ...defaultSettings,
    schedule: { kind: "interval", everySeconds: 300 },
    graceSeconds: 60,
    ...settings,
  });
  const { check, nextAt } = fold(made, { kind: "time", now: at });
  const input = { projectId, details, check, nextAt, channelIds: "all" } as const;
  const { id, pingUuid } = await createCheck(openDb(pool), input);
  return { id, projectId, pingUuid };
}

/** Creates a project without members. */
export async function aProject(pool: Pool): Promise<{ projectId: string; pingKey: string }> {
  const { id, pingKey } = await createProject(openDb(pool), { name: "test", ownerId: null });
  if (pingKey === null) throw new Error("A new project has a ping key.");
  return { projectId: id, pingKey };
}

/** A ping that a receiver accepted at `at`. Two ends of one host within 90 s count as one, unless their digests differ. */
export function anArrival(
  to: PingTarget | SceneCheck,
  at: number,
  {
    kind = "success",
    body = null,
    digest = null,
    metrics,
  }: { kind?: PingKind; body?: Buffer | null; digest?: string | null; metrics?: MetricValues } = {},
): ReceivedPing {
  return {
    target: "kind" in to ? to : { kind: "uuid", pingUuid: to.pingUuid },
    read: () => ({ kind, note: null }),
    host: "203.0.113.7",
    digest,
    record: {
      id: randomUUID(),
      receivedAt: at,
      rid: null,
      exitStatus: null,
      scheme: "http",
      method: "GET",
      remoteAddress: "203.0.113.7",
      userAgent: "curl",
      body,
      bodyBytes: body?.length ?? 0,
      bodyCutAt: null,
      ...(metrics !== undefined && { metrics: { values: metrics, problems: [] } }),
      note: null,
    },
  };
}
