import type { History } from "./history/history.ts";

type Fails = (smaller: History) => boolean;

/** Takes away what the failure does not need: faults, then entries by halves down to single ones, then days. */
export function shrink(history: History, fails: Fails): History {
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
