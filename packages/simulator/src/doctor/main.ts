import { parseArgs } from "node:util";
import { type Measured, measureHealthy, measureMisread, measureMovedJobs } from "./measure.ts";

// Measures how well `examineSchedule` finds why the runs of made-up jobs do not fit their schedule, and that it finds nothing for
// healthy jobs. Fails below 90 % right, or on any finding for a healthy job.
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
const { partHours: inFractionalZones } = moved;
const share = Math.round((1000 * inFractionalZones.right) / Math.max(1, inFractionalZones.checks)) / 10;
console.log(
  `of these, ${inFractionalZones.checks} in zones that are a half or quarter hour off UTC: ${inFractionalZones.right} right (${share} %)`,
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
