import { misnamed, type Names } from "./names.ts";
import type { Current, PlanProblem, Wanted } from "./plan.ts";

/** The problems of dependencies: names of no check, or else the first circle. */
export function dependencyProblems(current: Current, wanted: Wanted, there: Names): PlanProblem[] {
  const unknown = wanted.checks.flatMap(({ dependsOn }, i) =>
    (dependsOn ?? []).flatMap((slug, j) => {
      const message = misnamed("check", slug, there);
      return message === null ? [] : [{ path: `checks.${i}.dependsOn.${j}`, message }];
    }),
  );
  return unknown.length > 0 ? unknown : circleProblem(wanted, firstCircle(dependencyGraph(current, wanted)));
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** What each check would depend on, by slug. */
function dependencyGraph(current: Current, wanted: Wanted): Graph {
  const known = new Map(current.checks.map(({ slug, dependsOn }) => [slug, dependsOn ?? []]));
  const kept = current.checks.filter(({ isOwned }) => !isOwned).map(({ slug }) => slug);
  return new Map([
    ...kept.map((slug) => [slug, known.get(slug) ?? []] as const),
    ...wanted.checks.map(({ slug, dependsOn }) => [slug, dependsOn ?? known.get(slug) ?? []] as const),
  ]);
}

/** The slugs of one circle, each depending on the next and the last on the first; empty: there is none. */
function firstCircle(graph: Graph): readonly string[] {
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (slug: string): readonly string[] => {
    if (open.includes(slug)) return open.slice(open.indexOf(slug));
    if (done.has(slug)) return [];
    open.push(slug);
    for (const next of graph.get(slug) ?? []) {
      const circle = visit(next);
      if (circle.length > 0) return circle;
    }
    open.pop();
    done.add(slug);
    return [];
  };
  for (const slug of graph.keys()) {
    const circle = visit(slug);
    if (circle.length > 0) return circle;
  }
  return [];
}

function circleProblem({ checks }: Wanted, circle: readonly string[]): PlanProblem[] {
  if (circle.length === 0) return [];
  const index = checks.findIndex(({ slug, dependsOn }) => dependsOn !== null && circle.includes(slug));
  const slug = checks[index]?.slug ?? "";
  const next = circle[(circle.indexOf(slug) + 1) % circle.length] ?? "";
  const place = checks[index]?.dependsOn?.indexOf(next) ?? 0;
  const message =
    next === slug
      ? "A check cannot depend on itself."
      : `“${next}” depends on “${slug}” already: nobody would ever be notified of either. Take one of the two away.`;
  return [{ path: `checks.${index}.dependsOn.${place}`, message }];
}
