import { applyConfig, CircularDependency, type Db, TakenByPage, UnagreedChats } from "@overdue/db";
import { lintSchedule } from "@overdue/schedules";
import { z } from "zod";

import { consentInstruction } from "../channels/telegram-routes.ts";
import { WRITE } from "../http/access.ts";
import { auditActor } from "../http/audit.ts";
import { type AppContext, addressAuthor } from "../http/context.ts";
import { ownHostProblem } from "../http/own-host.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";
import { ConfigFile, planConfigFile } from "./plan-config-file.ts";

const StepView = z
  .object({
    act: z.enum(["create", "update", "delete"]),
    what: z.enum(["channel", "check", "route", "status-page"]),
    name: z
      .string()
      .meta({ description: "A channel's or a route's name, a check's or a status page's slug." }),
    id: z.uuid().nullable().meta({ description: "Null if it did not exist yet." }),
    changes: z
      .array(z.string())
      .meta({ description: "The fields that differ; managedBy: the file takes it over." }),
  })
  .meta({ id: "ConfigStep" });

const PlanView = z
  .object({
    applied: z.boolean(),
    steps: z
      .array(StepView)
      .meta({ description: "In the order in which they are taken; empty: nothing differs." }),
    shownOnce: z
      .record(z.string(), z.record(z.string(), z.string()))
      .meta({ description: "By channel, the secrets that were generated, such as a signing secret." }),
    warnings: z.array(z.object({ check: z.string(), message: z.string() })).meta({
      description:
        "Warnings about schedules, by the slug of the check, such as one that its scheduler reads differently from cron.",
    }),
  })
  .meta({ id: "ConfigPlan" });

const PlanQuery = z.object({
  dry_run: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "true: return what would change, and change nothing." }),
});

const FILE = {
  required: true,
  content: { "application/json": { schema: ConfigFile }, "application/yaml": { schema: ConfigFile } },
};

export const configRoutes = createRouter().openapi(
  route(WRITE, {
    method: "put",
    path: "/v1/projects/{projectId}/config",
    summary: "Apply a configuration file",
    description:
      "Makes the project as the file says, all or nothing; the same file again changes nothing. Checks and status pages are known by slug, channels and routes by name. " +
      "What the file names becomes its own. What was its own and is not named any more is deleted; what never was is left alone.",
    tags: ["Configuration"],
    request: { params: InProject, query: PlanQuery, body: FILE },
    responses: { 200: json(PlanView, "The changes that were made, or would be.") },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const file = c.req.valid("json");
    const isDry = c.req.valid("query").dry_run === "true";
    refuseOwnHosts(c, file);
    const { steps, shownOnce } = await applyOrPlan(c, { projectId, file, isDry });
    const views = steps.map((step) => ({ ...step, changes: [...step.changes] }));
    const warnings = file.checks.flatMap(({ slug, schedule }) =>
      lintSchedule(schedule).map((message) => ({ check: slug, message })),
    );
    return c.json({ applied: !isDry, steps: views, shownOnce: isDry ? {} : shownOnce, warnings }, 200);
  },
);

/** @throws 400 for a page at our own host */
function refuseOwnHosts(c: AppContext, { statusPages }: ConfigFile): void {
  statusPages.forEach(({ host }, i) => {
    const problem = ownHostProblem(c, host);
    if (problem !== null) throw ApiError.invalid(`statusPages.${i}.host`, problem);
  });
}

type Request = { projectId: string; file: ConfigFile; isDry: boolean };

/** Applies the file; in a dry run only plans the steps, and changes nothing. */
async function applyOrPlan(c: AppContext, { projectId, file, isDry }: Request) {
  const { db, pool, keyring, now } = c.var.deps;
  let decision: Awaited<ReturnType<typeof planConfigFile>> | undefined;
  await withConfigErrors(
    { db, file },
    applyConfig(
      pool,
      { projectId, keyring, at: now(), addressAuthor: addressAuthor(c), appliedBy: auditActor(c, c.var) },
      async (current) => {
        decision = await planConfigFile(current, file);
        return isDry ? { ...decision, steps: [] } : decision;
      },
    ),
  );
  if (isDry) c.set("isDry", true);
  if (decision === undefined) throw new Error("The file was not planned.");
  return decision;
}

/**
 * @throws 400 for what a plan cannot see: Telegram chats that have not agreed, a page whose address is another project's,
 * and a circle by way of a check without a slug
 */
async function withConfigErrors<T>(
  { db, file }: { db: Db; file: ConfigFile },
  applied: Promise<T>,
): Promise<T> {
  try {
    return await applied;
  } catch (cause) {
    if (cause instanceof TakenByPage) {
      const index = file.statusPages.findIndex(({ slug }) => slug === cause.wantedSlug);
      throw ApiError.invalid(`statusPages.${index}.${cause.field}`, cause.message);
    }
    if (cause instanceof UnagreedChats) throw missingConsent(cause.indexes, await consentInstruction(db));
    if (!(cause instanceof CircularDependency)) throw cause;
    throw ApiError.invalid(
      "checks",
      `A check would depend on itself, through “${cause.through ?? "itself"}”: remove a dependency.`,
    );
  }
}

function missingConsent(indexes: readonly number[], message: string): ApiError {
  const errors = indexes.map((index) => ({ field: `channels.${index}.settings.chat`, message }));
  return new ApiError("invalid_input", errors.map((e) => `${e.field}: ${e.message}`).join(" "), { errors });
}
