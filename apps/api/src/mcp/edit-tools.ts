import { checkName } from "@overdue/core";
import { z } from "zod";

import { CheckInput, CheckPatch } from "../checks/check-input.ts";
import { CheckAnswer, checkAnswer, checkText, statusWord } from "./check-tools.ts";
import { CheckNamed, findCheckId, type FoundCheck } from "./find-check.ts";
import { parseResponse, type Session } from "./session.ts";
import { defineTool, quoteName } from "./tool.ts";

const Saved = CheckAnswer.extend({
  warnings: z.array(z.string()).meta({ description: "What is odd about the schedule that was sent." }),
});
type SavedCheck = FoundCheck & { warnings: string[] };

async function savedAnswer(
  session: Session,
  { warnings, ...check }: SavedCheck,
): Promise<z.input<typeof Saved>> {
  return { ...(await checkAnswer(session, check)), warnings };
}

async function savedText(answer: z.output<typeof Saved>, session: Session): Promise<string> {
  return [
    "Saved.",
    ...answer.warnings.map((warning) => `Note: ${warning}`),
    await checkText(answer, session),
  ].join("\n");
}

export const createCheck = defineTool({
  name: "create_check",
  title: "Create a check",
  description:
    "Makes a check for a job. Only the schedule is needed; everything else has a default. The answer has its ping URL, which the job requests when it succeeds. Look with list_checks first whether there is one already.",
  effect: "adds",
  input: z.object({}),
  passedWhole: CheckInput,
  output: Saved,
  run: async ({ passed }, session) => {
    const { ofProject, param } = session;
    // The API checks what was sent.
    const json = passed as z.input<typeof CheckInput>;
    return await savedAnswer(session, await parseResponse(ofProject.checks.$post({ param, json })));
  },
  say: savedText,
});

export const editCheck = defineTool({
  name: "edit_check",
  title: "Edit a check",
  description:
    "Changes the fields of a check that are sent, and no others. With the version from explain_check it is refused if somebody else edited the check since. The audit log keeps the values from before.",
  effect: "repeatable change",
  input: z.object({
    check: CheckNamed,
    version: z.int().min(0).optional().meta({ description: "The version that was seen." }),
  }),
  passed: { changes: CheckPatch },
  output: Saved,
  run: async ({ check, version, passed }, session) => {
    const param = { ...session.param, checkId: await findCheckId(session, check) };
    const header = version === undefined ? {} : { "if-match": `"${version}"` };
    // The API checks what was sent.
    const json = (passed["changes"] ?? {}) as z.input<typeof CheckPatch>;
    return await savedAnswer(
      session,
      await parseResponse(session.ofProject.checks[":checkId"].$patch({ param, header, json })),
    );
  },
  say: savedText,
});

const Brief = z.object({ id: z.string(), name: z.string(), status: z.string(), version: z.int() });

/** What a change of state alone is answered with. */
function brief({ id, name, slug, status, version }: FoundCheck): z.input<typeof Brief> {
  return { id, name: checkName({ name, slug }), status, version };
}

function briefText({ id, name, status }: z.output<typeof Brief>): string {
  return `Done: ${quoteName(name)} (${id}) is ${statusWord(status)}.`;
}

const ofCheck = { input: z.object({ check: CheckNamed }), output: Brief, say: briefText };

export const pauseCheck = defineTool({
  ...ofCheck,
  name: "pause_check",
  title: "Pause a check",
  description:
    "Nobody is alerted of the check until its next success or failure, or until it is resumed. Only do it where a person asked for it. resume_check ends it.",
  effect: "repeatable change",
  run: async ({ check }, session) => {
    const param = { ...session.param, checkId: await findCheckId(session, check) };
    return brief(await parseResponse(session.ofProject.checks[":checkId"].pause.$post({ param })));
  },
});

export const resumeCheck = defineTool({
  ...ofCheck,
  name: "resume_check",
  title: "Resume a paused check",
  description: "Ends a pause; the check starts anew.",
  effect: "repeatable change",
  run: async ({ check }, session) => {
    const param = { ...session.param, checkId: await findCheckId(session, check) };
    return brief(await parseResponse(session.ofProject.checks[":checkId"].resume.$post({ param })));
  },
});

export const deleteCheck = defineTool({
  name: "delete_check",
  title: "Delete a check",
  description:
    "Deletes a check: its ping URLs answer 404 and nobody is alerted of it. Only do it where a person asked for this very check. restore_check undoes it, by the id in the answer.",
  effect: "changes",
  input: z.object({ check: CheckNamed }),
  output: z.object({
    deleted: z.string().meta({ description: "Its id, for restore_check." }),
    check: z.string(),
  }),
  run: async ({ check }, session) => {
    const checkId = await findCheckId(session, check);
    await session.ofProject.checks[":checkId"].$delete({ param: { ...session.param, checkId } });
    return { deleted: checkId, check };
  },
  say: ({ deleted, check }) => `Deleted ${quoteName(check)}. restore_check with the id ${deleted} undoes it.`,
});

export const restoreCheck = defineTool({
  ...ofCheck,
  name: "restore_check",
  title: "Restore a deleted check",
  description: "Undoes the deletion of a check, with its history.",
  effect: "repeatable change",
  input: z.object({ check: z.uuid("Use the id that delete_check answered.") }),
  run: async ({ check }, session) => {
    const param = { ...session.param, checkId: check };
    return brief(await parseResponse(session.ofProject.checks[":checkId"].restore.$post({ param })));
  },
});
