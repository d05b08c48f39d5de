import type { Effect } from "@overdue/core";
import type { Machine } from "../world/live.ts";
import { foldArrivals } from "./examine.ts";
import { arrivalsOf, type World } from "./world.ts";

const LINES_MAX = 1500;

/** A world as lines to read: the check, what was left out, what arrived and what came of it. */
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
        const said =
          at === undefined
            ? "end"
            : `${clock(at)} ${kind} ${arrival?.firstAt ? "again" : ""} ${rid ?? ""} ${host} ${digest ?? ""}`;
        return [
          said,
          ...effects
            .filter(({ kind }) => kind !== "ping")
            .map((effect) => `    ${readable(JSON.stringify(effect))}`),
        ];
      })
      .slice(0, LINES_MAX),
    ...problems.map((problem) => `WRONG: ${readable(problem)}`),
  ].join("\n");
}

function readable(text: string): string {
  return text.replace(/\b1[6-9]\d{11}\b/g, (digits) => clock(Number(digits)));
}

function clock(at: number): string {
  return new Date(at).toISOString().replace("T", " ");
}
