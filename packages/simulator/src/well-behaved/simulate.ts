import type { Machine } from "../world/live.ts";
import { examine } from "./examine.ts";
import { makeWorld } from "./make.ts";
import type { Imperfections } from "./world.ts";

export type Plan = {
  seed: number;
  worlds: number;
  /** The only imperfections; none named: any. */
  only?: readonly (keyof Imperfections)[];
  /** This world alone. */
  world?: number;
  /** Past the first world that goes wrong. */
  goOn?: boolean;
};

export type Report = {
  worlds: number;
  pings: number;
  leftOut: number;
  worldsWithFalseAlarms: number;
  silentLosses: number;
  failures: { world: number; problems: string[] }[];
};

/** Simulates worlds of well-behaved jobs, up to the first that goes wrong unless `goOn` is set. */
export function simulateWorlds({ seed, worlds, only, world, goOn = false }: Plan, machine: Machine): Report {
  const report: Report = {
    worlds: 0,
    pings: 0,
    leftOut: 0,
    worldsWithFalseAlarms: 0,
    silentLosses: 0,
    failures: [],
  };
  const numbers = world === undefined ? Array.from({ length: worlds }, (_, number) => number) : [world];
  for (const number of numbers) {
    const { falseAlarms, silent, leftOut, pings } = examine(makeWorld(seed, number, only), machine);
    report.worlds += 1;
    report.pings += pings;
    report.leftOut += leftOut;
    report.silentLosses += silent.length;
    if (falseAlarms.length > 0) report.worldsWithFalseAlarms += 1;
    const problems = [...falseAlarms, ...silent];
    if (problems.length > 0) report.failures.push({ world: number, problems });
    if (problems.length > 0 && !goOn) break;
  }
  return report;
}
