import type { Step } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { insertAuditEntry, type NewAuditEntry } from "../audit.ts";
import { openDb, type PoolClient } from "../database.ts";
import type { AuditChanges } from "../schema/projects.ts";

const DONE = { create: "create", update: "edit", delete: "delete" } as const;

type Applied = { steps: readonly Step[]; valuesOf: (step: Step) => AuditChanges };
type Where = {
  client: PoolClient;
  projectId: string;
  at: Instant;
  /** Null: no entries are written. */
  appliedBy: Pick<NewAuditEntry, "actor" | "address"> | null;
};

/** Writes one audit entry for each changed object, in the same transaction. `idOf`: the id of one that was made. */
export async function auditSteps(
  { steps, valuesOf }: Applied,
  { client, projectId, at, appliedBy }: Where,
  idOf: (what: Step["what"], name: string) => string,
): Promise<void> {
  if (appliedBy === null) return;
  for (const step of steps) {
    const { act, what, name, id } = step;
    const changes = valuesOf(step);
    await insertAuditEntry(openDb(client), {
      projectId,
      at,
      ...appliedBy,
      action: `${what}.${DONE[act]}`,
      object: { id: id ?? idOf(what, name), name },
      fields: act === "create" ? Object.keys(changes) : step.changes,
      changes,
    });
  }
}
