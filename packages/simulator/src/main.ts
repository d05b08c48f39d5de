import { parseArgs } from "node:util";
import { examine } from "./examine.ts";
import type { History } from "./history/history.ts";
import { type Failure, simulate } from "./simulate.ts";
import { describeFailure } from "./story.ts";
import { machine } from "./world/live.ts";

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

/** The first problem without its numbers, by which a smaller history must fail too. */
function kindOf([first]: readonly string[]): string | undefined {
  return first?.replaceAll(/\d+/g, "");
}

type Fails = (smaller: History) => boolean;

/** Removes what the failure does not need: first faults, then entries by halves down to single ones, then days. */
function shrink(history: History, fails: Fails): History {
  const calm = faultRemovals(history).reduce((kept, remove) => smallerIf(fails, kept, remove(kept)), history);
  const sparse = withoutEntries(calm, fails);
  const spans = [...sparse.faults.outages, ...sparse.faults.checkerPauses];
  const end =
    Math.max(sparse.entries.at(-1)?.committedAt ?? sparse.begin, ...spans.map(({ until }) => until)) + 1;
  return end < sparse.end ? smallerIf(fails, sparse, { ...sparse, end }) : sparse;
}

function smallerIf(fails: Fails, kept: History, smaller: History): History {
  return fails(smaller) ? smaller : kept;
}

function faultRemovals({ faults }: History): ((kept: History) => History)[] {
  const withFaults = (kept: History, less: Partial<History["faults"]>) => ({
    ...kept,
    faults: { ...kept.faults, ...less },
  });
  return [
    (kept) => withFaults(kept, { checkerPauses: [] }),
    (kept) => withFaults(kept, { outages: [] }),
    ...faults.outages.map(
      (outage) => (kept: History) =>
        withFaults(kept, { outages: kept.faults.outages.filter((other) => other !== outage) }),
    ),
  ];
}

function withoutEntries(history: History, fails: Fails): History {
  let kept = history;
  for (let size = Math.ceil(kept.entries.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < kept.entries.length;) {
      const smaller = { ...kept, entries: kept.entries.toSpliced(at, size) };
      if (fails(smaller)) kept = smaller;
      else at += size;
    }
  return kept;
}
