import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { simulate, type Failure } from "./simulate.ts";
import { examine } from "./examine.ts";
import { shrink } from "./shrink.ts";
import { describeFailure } from "./story.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    days: { type: "string", default: "30" },
    checks: { type: "string", default: "700" },
    check: { type: "string" },
    terse: { type: "boolean", default: false },
  },
});
const plan = {
  seed: Number(values.seed),
  days: Number(values.days),
  checks: Number(values.checks),
  ...(values.check !== undefined && { only: Number(values.check) }),
};

const startedAt = performance.now();
const { failure, ...counted } = simulate(plan, machine);
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
console.log(
  `seed ${plan.seed}:`,
  Object.entries({ ...counted, seconds })
    .map(([what, n]) => `${what} ${n}`)
    .join(", "),
);
if (failure) {
  const problems = failure.problems.map((problem) => `WRONG: ${problem}`).join("\n");
  const terse = `${problems}\nagain: ${failure.command}`;
  console.log(values.terse ? terse : describeFailure(minimal(failure), machine));
  process.exitCode = 1;
}

function minimal(found: Failure): Failure {
  const kind = kindOf(found.problems);
  const history = shrink(found.history, (smaller) => kindOf(examine(smaller, machine).problems) === kind);
  return { ...found, history, problems: examine(history, machine).problems };
}

/** So that a smaller history fails for the same reason, and not for another. */
function kindOf([first]: readonly string[]): string | undefined {
  return first?.replaceAll(/\d+/g, "");
}
