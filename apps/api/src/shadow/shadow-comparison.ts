import { compareVerdicts } from "@overdue/core/shadow";
import {
  listShadowedChecks,
  loadShadowEvidence,
  loadShadowHistories,
  type Pool,
  SHADOW_POLL_SECONDS,
  type ShadowRow,
} from "@overdue/db";
import { DAY_MS } from "@overdue/schedules";
import { z } from "zod";

import { iso, Timestamp } from "../http/schemas.ts";

const Evidence = z.object({
  slots: z.array(z.object({ dueAt: Timestamp, outcome: z.string() })),
  runs: z.array(z.object({ heardAt: Timestamp, outcome: z.string() })),
});

export const ShadowComparison = z
  .object({
    from: Timestamp,
    until: Timestamp,
    pollSeconds: z.int().meta({ description: "How often the other product is asked." }),
    checksCompared: z.int(),
    checksNotKnownThere: z.int(),
    comparedSeconds: z.int().meta({ description: "How long both watched, of all checks together." }),
    agreement: z.number().nullable().meta({
      description: "The share of that time in which both said the same, 0 to 1; null: nothing was compared.",
    }),
    bothDown: z.int().meta({ description: "How often both said down." }),
    differences: z
      .array(
        z.object({
          checkId: z.uuid(),
          checkName: z.string(),
          kind: z.enum(["down-there", "down-here"]),
          from: Timestamp,
          until: Timestamp.nullable().meta({ description: "Null: it goes on." }),
          graceSeconds: z.int(),
          graceSecondsThere: z.int().nullable(),
          evidence: Evidence.meta({ description: "What is on record here shortly before and in that time." }),
        }),
      )
      .meta({ description: "The newest 100." }),
    differencesInAll: z.int(),
  })
  .meta({ id: "ShadowComparison" });

const DIFFERENCES_MAX = 100;
const MS = 1_000;
/** What is on record so long before a difference, and before its grace began, belongs to it. */
const BEFORE_MS = 900_000;

/** Compares what both products said since the shadow mode began, but for no longer than so many days. */
export async function compareShadow(
  pool: Pool,
  { shadow, days, now }: { shadow: ShadowRow; days: number; now: number },
): Promise<z.infer<typeof ShadowComparison>> {
  const { projectId, startedAt, endedAt } = shadow;
  const until = endedAt?.getTime() ?? now;
  const span = { from: Math.max(startedAt.getTime(), until - days * DAY_MS), until };
  const histories = await loadShadowHistories(pool, projectId, span);
  const known = await listShadowedChecks(pool, shadow);
  const compared = histories.map((check) => ({ check, result: compareCheck(check) }));
  const all = compared
    .flatMap(({ check, result }) => result.differences.map((difference) => ({ check, difference })))
    .toSorted((one, other) => other.difference.from - one.difference.from);
  const shown = all.slice(0, DIFFERENCES_MAX);
  const evidence = await loadShadowEvidence(pool, projectId, shown.map(evidenceSpan));
  const comparedMs = sum(compared.map(({ result }) => result.comparedMs));
  return {
    from: iso(span.from),
    until: iso(until),
    pollSeconds: SHADOW_POLL_SECONDS,
    checksCompared: compared.filter(({ result }) => result.comparedMs > 0).length,
    checksNotKnownThere: known.length - histories.length,
    comparedSeconds: Math.round(comparedMs / MS),
    agreement: comparedMs === 0 ? null : sum(compared.map(({ result }) => result.agreedMs)) / comparedMs,
    bothDown: sum(compared.map(({ result }) => result.bothDown)),
    differences: shown.map(({ check, difference }, i) => ({
      checkId: check.checkId,
      checkName: check.name,
      kind: difference.kind,
      from: iso(difference.from),
      until: difference.until >= until - 2 * SHADOW_POLL_SECONDS * MS ? null : iso(difference.until),
      graceSeconds: check.graceSeconds,
      graceSecondsThere: check.graceSecondsThere,
      evidence: evidenceView(evidence[i]),
    })),
    differencesInAll: all.length,
  };
}

type History = Awaited<ReturnType<typeof loadShadowHistories>>[number];

/** Where the other product does not say its grace, it may be as much as ours apart. */
function compareCheck({ graceSeconds, graceSecondsThere, downHere, unwatchedHere, there }: History) {
  const difference = Math.abs(graceSeconds - (graceSecondsThere ?? 0));
  return compareVerdicts({
    downHere,
    unwatchedHere,
    there,
    pollMs: SHADOW_POLL_SECONDS * MS,
    graceDifferenceMs: difference * MS,
  });
}

function evidenceSpan({
  check,
  difference,
}: {
  check: History;
  difference: { from: number; until: number };
}) {
  const from = difference.from - check.graceSeconds * MS - BEFORE_MS;
  return { checkId: check.checkId, from, until: difference.until };
}

function evidenceView(evidence: Awaited<ReturnType<typeof loadShadowEvidence>>[number] | undefined) {
  const { slots = [], runs = [] } = evidence ?? {};
  return {
    slots: slots.map(({ dueAt, outcome }) => ({ dueAt: iso(new Date(dueAt)), outcome })),
    runs: runs.map(({ heardAt, outcome }) => ({ heardAt: iso(new Date(heardAt)), outcome })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
