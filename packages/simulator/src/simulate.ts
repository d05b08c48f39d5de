import { examine } from "./examine.ts";
import type { History } from "./history/history.ts";
import { makeHistory } from "./history/make.ts";
import type { Machine } from "./world/live.ts";

export type Plan = { seed: number; days: number; checks: number; only?: number };
export type Failure = { history: History; problems: string[]; command: string };
export type Report = {
  checkDays: number;
  pings: number;
  flips: number;
  outages: number;
  failure: Failure | null;
};

/** Simulates checks one after the other, up to the first that goes wrong. */
export function simulate(plan: Plan, machine: Machine): Report {
  const report: Report = { checkDays: 0, pings: 0, flips: 0, outages: 0, failure: null };
  for (const number of numbers(plan)) {
    const history = makeHistory(plan, number);
    const { rows, problems } = examine(history, machine);
    report.checkDays += plan.days;
    report.pings += rows.pings.length;
    report.flips += rows.flips.length;
    report.outages += history.faults.outages.length;
    if (problems.length > 0)
      return { ...report, failure: { history, problems, command: command(plan, number) } };
  }
  return report;
}

function numbers({ checks, only }: Plan): number[] {
  return only === undefined ? Array.from({ length: checks }, (_, number) => number) : [only];
}

function command({ seed, days }: Plan, check: number): string {
  return `npm run sim -- --seed ${seed} --days ${days} --check ${check}`;
}
