import {
  type CountedLimit,
  COUNTED_LIMITS,
  limitSentence,
  limitState,
  PLAN_LIMITS,
  type PlanLimit,
} from "@overdue/core";
import { findOrganization, findUsage, type OrganizationUsage } from "@overdue/db";
import { z } from "zod";

import { ORGANIZATION_VIEWER } from "../http/access.ts";
import { requireFound } from "../http/edits.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InOrganization, isoOrNull, Timestamp } from "../http/schemas.ts";

const LimitView = z
  .object({
    limit: z.enum(PLAN_LIMITS),
    used: z.int().nullable().meta({
      description:
        "Alerts since the month began (UTC), members with open invitations; null for what says how much is kept.",
    }),
    allowed: z.int().nullable().meta({ description: "Null: no limit." }),
    state: z.enum(["unlimited", "free", "near", "reached", "over"]).meta({
      description: "`near` from 80 % on, `reached` when all are taken, `over` beyond that.",
    }),
    sentence: z
      .string()
      .nullable()
      .meta({ description: "What it means and what to do; null while there is room." }),
  })
  .meta({ id: "PlanLimit" });

const UsageView = z
  .object({
    plan: z
      .object({
        name: z.string(),
        title: z.string(),
        until: Timestamp.nullable().meta({
          description: "From when on the default plan applies in its place; null: never.",
        }),
      })
      .nullable()
      .meta({ description: "Null where the instance has no plans: then nothing is limited." }),
    limits: z.array(LimitView),
  })
  .meta({ id: "OrganizationUsage" });

export const usageRoutes = createRouter().openapi(
  route(ORGANIZATION_VIEWER, {
    method: "get",
    path: "/v1/organizations/{organizationId}/usage",
    summary: "Read the plan of an organization, and how much of it is used",
    description:
      "No ping is refused and no alert is held back for a limit: what is refused is creating more. Where the instance has no plans, `plan` is null.",
    tags: ["Organizations"],
    request: { params: InOrganization },
    responses: { 200: json(UsageView, "The plan and its limits.") },
  }),
  async (c) => {
    const { organizationId } = c.req.valid("param");
    const { db } = c.var.deps;
    const organization = requireFound("organization", await findOrganization(db, organizationId));
    const found = await findUsage(db, organizationId);
    if (found === null) return c.json({ plan: null, limits: [] }, 200);
    const isOwn = organization.plan === found.planName;
    const plan = {
      name: found.planName,
      title: found.plan.title,
      until: isOwn ? isoOrNull(organization.planUntil?.getTime() ?? null) : null,
    };
    return c.json({ plan, limits: PLAN_LIMITS.map((limit) => limitView(found, limit)) }, 200);
  },
);

function limitView({ plan, usage }: OrganizationUsage, limit: PlanLimit): z.infer<typeof LimitView> {
  const allowed = plan[limit];
  if (!isCounted(limit))
    return { limit, used: null, allowed, state: allowed === null ? "unlimited" : "free", sentence: null };
  const used = usage[limit];
  return {
    limit,
    used,
    allowed,
    state: limitState(used, allowed),
    sentence: limitSentence(plan, limit, used),
  };
}

function isCounted(limit: PlanLimit): limit is CountedLimit {
  return COUNTED_LIMITS.some((counted) => counted === limit);
}
