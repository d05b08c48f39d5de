import { and, eq, inArray, isNull } from "drizzle-orm";
import type { RouteChange } from "@overdue/core";

import type { Tx } from "../database.ts";
import { channels, people, rotations } from "../schema/index.ts";

/** What of an object is sent to be changed. */
export type Change<Fields> = { [Key in keyof Fields]?: Fields[Key] | undefined };

/** A channel, person or rotation is named that is not in this project. `field`: where. */
export class UnknownTarget extends Error {
  readonly field: string;
  readonly what: "channel" | "person" | "rotation";

  constructor(field: string, what: UnknownTarget["what"]) {
    super(`A ${what} is not in this project.`);
    this.field = field;
    this.what = what;
  }
}

/** @throws UnknownTarget */
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

type Named = { field: string; ids: readonly string[] };

/** @throws UnknownTarget */
export async function checkChannels(tx: Tx, projectId: string, { field, ids }: Named): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(
    channels,
    and(eq(channels.projectId, projectId), inArray(channels.id, wanted), isNull(channels.deletedAt)),
  );
  if (found < wanted.length) throw new UnknownTarget(field, "channel");
}

/** @throws UnknownTarget */
export async function checkPeople(tx: Tx, projectId: string, { field, ids }: Named): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(people, and(eq(people.projectId, projectId), inArray(people.id, wanted)));
  if (found < wanted.length) throw new UnknownTarget(field, "person");
}

async function checkRotations(tx: Tx, projectId: string, { field, ids }: Named): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.$count(
    rotations,
    and(eq(rotations.projectId, projectId), inArray(rotations.id, wanted)),
  );
  if (found < wanted.length) throw new UnknownTarget(field, "rotation");
}
