import { parseArgs } from "node:util";
import { type Measured, measureHealthy, measureMisread, measureMovedJobs } from "./measure.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    checks: { type: "string", default: "1500" },
    misread: { type: "string", default: "300" },
    healthy: { type: "string", default: "21000" },
    show: { type: "string", default: "5" },
  },
});

const seed = Number(values.seed);
console.log(`seed ${seed}`);
const moved = measureMovedJobs(seed, Number(values.checks));
report("jobs in another time zone", moved);
const { partHours } = moved;
const share = Math.round((1000 * partHours.right) / Math.max(1, partHours.checks)) / 10;
console.log(
  `of these ${partHours.checks} half or quarter hours off UTC, right ${partHours.right} (${share} %)`,
);
const misread = measureMisread(seed, Number(values.misread));
report("jobs of another scheduler", misread);
const healthy = measureHealthy(seed, Number(values.healthy));
report("healthy jobs", healthy);
process.exitCode = healthy.found > 0 || moved.right < 0.9 * moved.checks ? 1 : 0;

function report(name: string, { checks, found, right, wrong }: Measured): void {
  const share = (count: number) =>
    `${count} (${checks === 0 ? 0 : Math.round((1000 * count) / checks) / 10} %)`;
  console.log(`${name}: ${checks}, found ${share(found)}, right ${share(right)}`);
  for (const story of wrong.slice(0, Number(values.show))) console.log(`  ${story}`);
}
