import { type NewPlan, setPlan, storePlans } from "@overdue/db";
import { aPlan } from "@overdue/testkit";

import { person, type TestApi } from "./test-api.ts";

type Limits = Partial<Omit<NewPlan, "name" | "title" | "wayOut" | "isDefault">>;

/** Stores one default plan without limits, and those. */
export async function storeTestPlans(api: TestApi, plans: Record<string, Limits>): Promise<void> {
  const all = Object.entries(plans).map(([name, limits]) => aPlan(name, limits));
  await storePlans(api.db, [aPlan("everything", { isDefault: true }), ...all]);
}

/** A person whose organization has that plan. */
export async function personOn(api: TestApi, plan: string) {
  const someone = await person(api);
  await setPlan(api.db, someone.organizationId, { plan, until: null });
  return { ...someone, usagePath: `/v1/organizations/${someone.organizationId}/usage` };
}
