export { notePlanUsage } from "./note-usage.ts";
export { PlanLimitReached } from "./room.ts";
export { findPlanOf, listPlans, type NewPlan, setPlan, storePlans } from "./store-plans.ts";
export { findUsage, listUsage, type OrganizationUsage } from "./usage.ts";
