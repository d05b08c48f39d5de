import { type PingFilter, type PingKind, readPing } from "@overdue/core";
import type { ReceivedPing } from "@overdue/db";
import { z } from "zod";

import { mentionTest } from "../read-body.ts";

/** What a spool keeps: a ping, or the receiver's heartbeat, by which replay knows that nothing was missed in between. */
export type SpoolEntry = { kind: "ping"; arrival: ReceivedPing } | { kind: "heartbeat"; at: number };

const Target = z.union([
  z.object({ kind: z.literal("uuid"), pingUuid: z.string() }),
  z.object({
    kind: z.literal("slug"),
    pingKey: z.string(),
    slug: z.string(),
    create: z.boolean(),
    name: z.string().optional(),
  }),
]);
const Arrival = z.looseObject({
  target: Target,
  record: z.looseObject({ id: z.string(), receivedAt: z.number(), body: z.string().nullable() }),
  said: z.object({ kind: z.string(), method: z.string(), exitStatus: z.number().nullable() }),
  once: z.string().nullable(),
  found: z.array(z.string()).optional(),
});
const Content = z.union([z.object({ beat: z.number() }), z.object({ ping: Arrival })]);

/** Whether a spool can keep this ping: what it means must follow from what is kept. */
export function canKeep({ said }: ReceivedPing): boolean {
  return said !== undefined;
}

/** Encodes a ping for the spool; call it only for one that can be kept. */
export function contentOfPing(arrival: ReceivedPing): Buffer {
  const { record, once } = arrival;
  const ping = {
    ...arrival,
    // What it means follows from the rest.
    read: undefined,
    record: { ...record, body: record.body?.toString("base64") ?? null },
    once: once?.toString("base64") ?? null,
  };
  return Buffer.from(JSON.stringify({ ping }));
}

/** Encodes a heartbeat that was accepted at this instant. */
export function contentOfHeartbeat(at: number): Buffer {
  return Buffer.from(JSON.stringify({ beat: at }));
}

/** Decodes what one of these two encoded; null for anything else. */
export function readContent(content: Buffer): SpoolEntry | null {
  const { data } = Content.safeParse(parse(content));
  if (data === undefined) return null;
  if ("beat" in data) return { kind: "heartbeat", at: data.beat };
  const { record, once, said, ...rest } = data.ping;
  const body = record.body === null ? null : Buffer.from(record.body, "base64");
  // The checksum says that these are the bytes that `contentOfPing` wrote.
  const arrival = {
    ...rest,
    said,
    record: { ...record, body },
    once: once === null ? null : Buffer.from(once, "base64"),
    read: (reading: PingFilter) =>
      readPing(reading, {
        kind: said.kind as PingKind,
        method: said.method,
        exitStatus: said.exitStatus,
        mentions: mentionTest({ kept: body }, new Set(rest.found)),
      }),
  } as unknown as ReceivedPing;
  return { kind: "ping", arrival };
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return null;
  }
}
