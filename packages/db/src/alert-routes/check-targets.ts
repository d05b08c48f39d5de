import { and, eq, inArray, isNull } from "drizzle-orm";
import type { RouteChange } from "@overdue/core";

import type { Tx } from "../database.ts";
import { channels, people, rotations } from "../schema/index.ts";

/** The fields of an object to change; the others stay as they are. */
export type Change<Fields> = { [Key in keyof Fields]?: Fields[Key] | undefined };

/** `field` names a channel, person or rotation that is not in this project. */
export class UnknownTarget extends Error {
  readonly field: string;
  readonly what: "channel" | "person" | "rotation";

  constructor(field: string, what: UnknownTarget["what"]) {
    super(`A ${what} is not in this project.`);
    this.field = field;
    this.what = what;
  }
}

/** Checks that all targets of a route are in the project. @throws UnknownTarget */
export async function checkTargets(
  tx: Tx,
  projectId: string,
  { steps, hours }: Pick<RouteChange, "steps" | "hours">,
): Promise<void> {
  const inSteps = (steps ?? []).flatMap((step) => step.targets);
  const instead = hours?.outside.kind === "instead" ? hours.outside.targets : [];
  for (const [field, targets] of [
    ["steps", inSteps],
    ["hours", instead],
  ] as const) {
    await checkChannels(tx, projectId, {
      field,
      ids: targets.flatMap((one) => (one.kind === "channel" ? [one.channelId] : [])),
    });
    await checkPeople(tx, projectId, {
      field,
      ids: targets.flatMap((one) => (one.kind === "person" ? [one.personId] : [])),
    });
    await checkRotations(tx, projectId, {
      field,
      ids: targets.flatMap((one) => (one.kind === "on-call" ? [one.rotationId] : [])),
    });
  }
}

type FieldIds = { field: string; ids: readonly string[] };

/** @throws UnknownTarget */
export async function checkChannels(tx: Tx, projectId: string, { field, ids }: FieldIds): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(
    channels,
    and(eq(channels.projectId, projectId), inArray(channels.id, wanted), isNull(channels.deletedAt)),
  );
  if (found < wanted.length) throw new UnknownTarget(field, "channel");
}

/** @throws UnknownTarget */
export async function checkPeople(tx: Tx, projectId: string, { field, ids }: FieldIds): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(people, and(eq(people.projectId, projectId), inArray(people.id, wanted)));
  if (found < wanted.length) throw new UnknownTarget(field, "person");
}

async function checkRotations(tx: Tx, projectId: string, { field, ids }: FieldIds): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(
    rotations,
    and(eq(rotations.projectId, projectId), inArray(rotations.id, wanted)),
  );
  if (found < wanted.length) throw new UnknownTarget(field, "rotation");
}
