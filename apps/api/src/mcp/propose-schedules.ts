import { checkName, durationText } from "@overdue/core";
import { z } from "zod";

import { CheckNamed, findCheck } from "./find-check.ts";
import { parseResponse, type Session } from "./session.ts";
import { countText, defineTool, quoteName } from "./tool.ts";

const CHECKS_A_CALL = 25;

const Proposal = z.object({
  checkId: z.string(),
  checkName: z.string(),
  schedule: z.string().meta({ description: "As it is set now." }),
  sentence: z.string().meta({ description: "What the runs show." }),
  runsSeen: z.int(),
  runsAgreeing: z.int(),
  from: z.string(),
  until: z.string(),
  changes: z.record(z.string(), z.unknown()).nullable().meta({
    description: "What edit_check takes as `changes` to make them agree; null where none is known.",
  }),
});

const Proposals = z.object({
  looked: z.int().meta({ description: "How many checks were compared with their runs." }),
  items: z.array(Proposal),
  usual: z.object({ medianMs: z.number(), overlongMs: z.number(), runs: z.int() }).nullable().meta({
    description: "Of a single check: how long its good runs take, and from when on one is too long.",
  }),
  next: z.string().nullable(),
});

export const proposeSchedules = defineTool({
  name: "propose_schedules",
  title: "Propose schedules from history",
  description: `Compares when jobs really ran with their schedules, and proposes the edit that would make them agree: another time zone, another reading of the line, another period. For one check, or for ${CHECKS_A_CALL} at a time. Changes nothing.`,
  effect: "reads",
  input: z.object({
    check: CheckNamed.optional(),
    cursor: z.string().max(200).optional().meta({ description: "`next` of the answer before." }),
  }),
  output: Proposals,
  run: async ({ check, cursor }, session) => {
    if (check !== undefined) {
      const found = await findCheck(session, check);
      const [items, usual] = await Promise.all([proposalsFor(session, found), usualOf(session, found.id)]);
      return { looked: 1, items, usual, next: null };
    }
    const { ofProject, param } = session;
    const query = { limit: String(CHECKS_A_CALL), ...(cursor !== undefined && { cursor }) };
    const page = await parseResponse(ofProject.checks.$get({ param, query }));
    const items: z.input<typeof Proposal>[] = [];
    // One after the other: each reads up to 200 runs, and nobody waits for the last of them.
    for (const one of page.items) items.push(...(await proposalsFor(session, one)));
    return { looked: page.items.length, items, usual: null, next: page.next };
  },
  say: ({ looked, items, usual, next }) =>
    [
      `Compared ${countText(looked, "check")} with ${looked === 1 ? "its" : "their"} runs: ${items.length === 0 ? "nothing to propose, either because all agrees or because too few runs are known" : countText(items.length, "proposal")}.`,
      ...items.map((item) => `- ${proposalText(item)}`),
      ...(usual === null
        ? []
        : [
            `Its good runs usually take ${durationText(usual.medianMs)} (the last ${usual.runs}); more than ${durationText(usual.overlongMs)} is far more than usual, so that it would fit as max runtime.`,
          ]),
      ...(next === null ? [] : [`There are further checks: pass cursor "${next}".`]),
    ].join("\n"),
});

type Named = { id: string; name: string; slug: string; scheduleText: string };

async function proposalsFor({ ofProject, param }: Session, { id, name, slug, scheduleText }: Named) {
  const of = { param: { ...param, checkId: id } };
  const { items } = await parseResponse(ofProject.checks[":checkId"].findings.$get(of));
  return items.map(({ sentence, evidence, edit }) => ({
    checkId: id,
    checkName: checkName({ name, slug }),
    schedule: scheduleText,
    sentence,
    runsSeen: evidence.seen,
    runsAgreeing: evidence.agreeing,
    from: evidence.from,
    until: evidence.until,
    changes: edit,
  }));
}

async function usualOf({ ofProject, param }: Session, checkId: string) {
  const { usual } = await parseResponse(
    ofProject.checks[":checkId"].durations.$get({ param: { ...param, checkId } }),
  );
  return usual === null ? null : { medianMs: usual.medianMs, overlongMs: usual.overlongMs, runs: usual.runs };
}

function proposalText({
  checkName,
  checkId,
  schedule,
  sentence,
  runsAgreeing,
  runsSeen,
  changes,
}: z.output<typeof Proposal>) {
  const edit = changes === null ? "No edit is known." : `Proposed changes: ${JSON.stringify(changes)}`;
  return `${quoteName(checkName)} (${checkId}), now “${schedule}”: ${sentence} ${runsAgreeing} of ${runsSeen} say so. ${edit}`;
}
