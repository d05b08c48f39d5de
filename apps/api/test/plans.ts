import { type NewPlan, setPlan, storePlans } from "@overdue/db";

import { person, type TestApi } from "./test-api.ts";

type Limits = Partial<Omit<NewPlan, "name" | "title" | "wayOut" | "isDefault">>;

const NO_LIMITS = {
  checks: null,
  members: null,
  projects: null,
  channels: null,
  alertsPerMonth: null,
  pingLog: null,
  retentionDays: null,
  bodyBytes: null,
};

/** A plan as the file has it. */
export function aPlan(name: string, limits: Limits = {}, isDefault = false): NewPlan {
  return {
    ...NO_LIMITS,
    ...limits,
    name,
    title: name,
    isDefault,
    wayOut: "ask sales@example.org for a larger plan",
  };
}

/** Stores one default plan without limits, and those. */
export async function storeTestPlans(api: TestApi, plans: Record<string, Limits>): Promise<void> {
  const all = Object.entries(plans).map(([name, limits]) => aPlan(name, limits));
  await storePlans(api.db, [aPlan("everything", {}, true), ...all]);
}

/** A person whose organization has that plan. */
export async function personOn(api: TestApi, plan: string) {
  const someone = await person(api);
  await setPlan(api.db, someone.organizationId, { plan, until: null });
  return { ...someone, usagePath: `/v1/organizations/${someone.organizationId}/usage` };
}
