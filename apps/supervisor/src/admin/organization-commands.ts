import { type Db, findOrganization, findPlanOf, listPlans, listUsage, setPlan } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand, id, text } from "./command.ts";

const LIST_MAX = 10_000;
const NO_PLANS = "There are no plans: name a file of them in PLANS, and start Overdue with it once.";

const time = z.iso.datetime({ offset: true, error: "must be a time such as 2027-01-31T00:00:00Z" });

export const organizationCommands = {
  "organization list": defineCommand({
    options: z.object({}),
    text: "list all organizations with their plans, and what they use of them",
    run: async ({ db }) => {
      const all = await listUsage(db, { limit: LIST_MAX, after: null });
      if (all.length === 0) throw new Refusal(NO_PLANS);
      return all.map(({ organizationId, organizationName, planName, plan, usage }) => ({
        id: organizationId,
        name: organizationName,
        plan: planName,
        checks: ofAllowed(usage.checks, plan.checks),
        members: ofAllowed(usage.members, plan.members),
        projects: ofAllowed(usage.projects, plan.projects),
        channels: ofAllowed(usage.channels, plan.channels),
        "alerts this month":
          plan.alertsPerMonth === null ? null : ofAllowed(usage.alertsPerMonth, plan.alertsPerMonth),
      }));
    },
  }),
  "organization plan": defineCommand({
    options: z.object({ organization: id, plan: text, until: time.optional() }),
    text: "give an organization a plan of the PLANS file, from now on; --until 2027-01-31T00:00:00Z: up to then, and afterwards the default one",
    audit: "organization.plan",
    before: async ({ db }, { organization }) => ({
      plan: (await findPlanOf(db, organization)) ?? (await usualPlan(db)),
    }),
    run: async ({ db }, { organization, plan, until }) => {
      if ((await findOrganization(db, organization)) === null)
        throw new Refusal(
          `--organization: there is no organization ${organization}; "project list" shows those of projects.`,
        );
      const all = await listPlans(db);
      if (all.length === 0) throw new Refusal(NO_PLANS);
      const chosen = all.find(({ name }) => name === plan);
      if (chosen === undefined)
        throw new Refusal(`--plan must be one of ${all.map(({ name }) => name).join(", ")}.`);
      await setPlan(db, organization, {
        plan: chosen.isDefault ? null : plan,
        until: until === undefined ? null : new Date(until),
      });
      return { organization, plan };
    },
  }),
};

async function usualPlan(db: Db): Promise<string | null> {
  const [usual] = await listPlans(db);
  return usual?.name ?? null;
}

function ofAllowed(used: number, allowed: number | null): string {
  return allowed === null ? String(used) : `${used} of ${allowed}`;
}
