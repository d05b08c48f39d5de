import type { Effect } from "@overdue/core";
import type { Machine } from "../world/live.ts";
import { clock, readable } from "../story.ts";
import { examine, foldArrivals } from "./examine.ts";
import { makeWorld } from "./make.ts";
import { type Imperfections, arrivalsOf, type World } from "./world.ts";

export type Plan = {
  seed: number;
  worlds: number;
  /** The imperfections that worlds may have; empty: any. */
  only?: readonly (keyof Imperfections)[];
  /** Only this world. */
  world?: number;
  /** Goes on after the first world that goes wrong. */
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

const LINES_MAX = 1500;

/** A world as lines to read: the check, what was left out, what arrived and its effects. */
export function describeWorld(world: World, problems: readonly string[], machine: Machine): string {
  const arrivals = arrivalsOf(world);
  const folds: (readonly Effect[])[] = [];
  foldArrivals(world, machine, (_, effects) => folds.push(effects));
  return [
    `settings ${JSON.stringify(world.settings)}`,
    `habits ${JSON.stringify(world.habits)}`,
    `left out ${world.runs
      .filter(({ leftOut }) => leftOut)
      .map(({ dueAt }) => clock(dueAt))
      .join(", ")}`,
    ...folds
      .flatMap((effects, order) => {
        const arrival = arrivals[order];
        const { kind, at, rid, host, digest } = arrival?.ping ?? {};
        const line =
          at === undefined
            ? "end"
            : `${clock(at)} ${kind} ${arrival?.firstAt ? "again" : ""} ${rid ?? ""} ${host} ${digest ?? ""}`;
        return [
          line,
          ...effects
            .filter(({ kind }) => kind !== "ping")
            .map((effect) => `    ${readable(JSON.stringify(effect))}`),
        ];
      })
      .slice(0, LINES_MAX),
    ...problems.map((problem) => `WRONG: ${readable(problem)}`),
  ].join("\n");
}
