import type { NewPlan } from "@overdue/db";

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

/** A plan as the file has it: it limits only what `given` says. */
export function aPlan(name: string, given: Partial<Omit<NewPlan, "name">> = {}): NewPlan {
  return {
    ...NO_LIMITS,
    title: name,
    isDefault: false,
    wayOut: "ask sales@example.org for a larger plan",
    ...given,
    name,
  };
}
