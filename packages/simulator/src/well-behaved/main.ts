import { parseArgs } from "node:util";
import { machine } from "../world/live.ts";
import { makeWorld } from "./make.ts";
import { simulateWorlds, describeWorld } from "./simulate.ts";
import type { Imperfections } from "./world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    worlds: { type: "string", default: "1200" },
    world: { type: "string" },
    only: { type: "string" },
    all: { type: "boolean", default: false },
    terse: { type: "boolean", default: false },
  },
});

const seed = Number(values.seed);
const only = (values.only?.split(",") ?? []) as (keyof Imperfections)[];
const startedAt = performance.now();
const report = simulateWorlds(
  {
    seed,
    worlds: Number(values.worlds),
    only,
    goOn: values.all,
    ...(values.world !== undefined && { world: Number(values.world) }),
  },
  machine,
);
const { failures, ...counted } = report;
console.log(
  `seed ${seed}:`,
  JSON.stringify({ ...counted, seconds: Math.round((performance.now() - startedAt) / 100) / 10 }),
);
for (const { world, problems } of failures.slice(0, values.terse ? 40 : 1)) {
  console.log(
    values.terse ? `WRONG: ${problems[0]}` : describeWorld(makeWorld(seed, world, only), problems, machine),
  );
  console.log(`again: npm run sim:well-behaved -- --seed ${seed} --world ${world}`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
