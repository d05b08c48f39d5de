import { changeOfOwner, countNames, isSame, nameProblem, type Names } from "./compare.ts";
import { type CurrentPage, pageProblems, pageSteps, type PlannedPage } from "./plan-pages.ts";
import { type ConfigRoute, type Nameable, routeProblems, routeSteps } from "./plan-routes.ts";

/** A channel as the file wants it, with defaults filled in. An existing one has the same fields. */
export type PlannedChannel = {
  name: string;
  kind: string;
  settings: Readonly<Record<string, unknown>>;
  collectMinutes: number;
  groups: boolean | null;
};

/** A check as the file wants it. An existing one has the same fields. `channels` are names, `dependsOn` slugs; null: left as they are. */
export type PlannedCheck = {
  slug: string;
  fields: Readonly<Record<string, unknown>>;
  channels: readonly string[] | null;
  dependsOn: readonly string[] | null;
};

type Known = { id: string; /** It is managed by the file since an earlier apply. */ isOwned: boolean };

/** The state that a file wants, in the order of the file. */
export type Wanted = {
  channels: readonly PlannedChannel[];
  checks: readonly PlannedCheck[];
  routes: readonly ConfigRoute[];
  statusPages: readonly PlannedPage[];
};

/** The present state; routes in their order. References to deleted things are ids instead of names. */
export type Current = {
  channels: readonly (PlannedChannel & Known)[];
  checks: readonly (PlannedCheck & Known)[];
  routes: readonly (ConfigRoute & Known)[];
  statusPages: readonly (CurrentPage & Known)[];
  people: readonly { id: string; name: string }[];
  rotations: readonly { id: string; name: string }[];
};

/** One change to make. `id` is null for a create; `changes` names the fields. */
export type Step = {
  act: "create" | "update" | "delete";
  what: "channel" | "check" | "route" | "status-page";
  name: string;
  id: string | null;
  changes: readonly string[];
};

/** Why a file cannot be applied: the path in it, such as "checks.0.slug", and a sentence. */
export type PlanProblem = { path: string; message: string };

/**
 * Plans the steps that bring a project into the state that a file wants; none if it is in that state. Checks and status pages are
 * matched by slug, channels and routes by name. The file manages from then on what it names. What it managed and no longer names
 * is deleted; what it never managed is left alone. Channels are created before the checks that name them, and checks before
 * routes and status pages; deletions go the other way round.
 */
export function planConfig(current: Current, wanted: Wanted): { steps: Step[]; problems: PlanProblem[] } {
  const nameable = nameableAfter(current, wanted);
  const problems = [
    ...duplicateProblems(wanted.channels, "channels", "name"),
    ...duplicateProblems(wanted.checks, "checks", "slug"),
    ...duplicateProblems(wanted.routes, "routes", "name"),
    ...duplicateProblems(wanted.statusPages, "statusPages", "slug"),
    ...ambiguityProblems(current, wanted),
    ...kindProblems(current, wanted),
    ...unknownChannelProblems(current, wanted),
    ...dependencyProblems(current, wanted, nameable.checks),
    ...routeProblems(current, wanted, nameable),
    ...pageProblems(current, wanted, nameable.checks),
  ];
  if (problems.length > 0) return { steps: [], problems };
  return {
    problems,
    steps: [
      ...wanted.channels.flatMap((channel) => channelStep(current, channel)),
      ...wanted.checks.flatMap((check) => checkStep(current, check)),
      ...routeSteps(current, wanted),
      ...pageSteps(current, wanted),
      ...deletionSteps("status-page", current.statusPages, {
        nameOf: slugOf,
        kept: wanted.statusPages.map(slugOf),
      }),
      ...deletionSteps("route", current.routes, { nameOf, kept: wanted.routes.map(nameOf) }),
      ...deletionSteps("check", current.checks, { nameOf: slugOf, kept: wanted.checks.map(slugOf) }),
      ...deletionSteps("channel", current.channels, { nameOf, kept: wanted.channels.map(nameOf) }),
    ],
  };
}

const nameOf = ({ name }: { name: string }) => name;
const slugOf = ({ slug }: { slug: string }) => slug;

/** The names that may be used: all of the file, and those of everything that will not be deleted. */
function nameableAfter(current: Current, wanted: Wanted): Nameable {
  return {
    channels: remaining(wanted.channels.map(nameOf), current.channels, nameOf),
    checks: remaining(wanted.checks.map(slugOf), current.checks, slugOf),
    people: countNames(current.people.map(nameOf)),
    rotations: countNames(current.rotations.map(nameOf)),
  };
}

function remaining<T extends Known>(
  wanted: readonly string[],
  known: readonly T[],
  named: (one: T) => string,
): Names {
  const names = new Set(wanted);
  const byHand = known.filter((one) => !one.isOwned && !names.has(named(one))).map(named);
  return countNames([...names, ...byHand]);
}

/** What a file may change of a channel; its kind stays. */
export const CHANNEL_FIELDS = ["settings", "collectMinutes", "groups"] as const;

function channelStep({ channels }: Current, wanted: PlannedChannel): Step[] {
  const { name } = wanted;
  const known = channels.find((channel) => channel.name === name);
  if (known === undefined) return [{ act: "create", what: "channel", name, id: null, changes: [] }];
  const changes = [
    ...CHANNEL_FIELDS.filter((field) => !isSame(known[field], wanted[field])),
    ...changeOfOwner(known),
  ];
  return changes.length === 0 ? [] : [{ act: "update", what: "channel", name, id: known.id, changes }];
}

function checkStep({ checks }: Current, { slug, fields, channels, dependsOn }: PlannedCheck): Step[] {
  const known = checks.find((check) => check.slug === slug);
  if (known === undefined) return [{ act: "create", what: "check", name: slug, id: null, changes: [] }];
  const changed = Object.keys(fields).filter((field) => !isSame(known.fields[field], fields[field]));
  const relinked = channels !== null && !isSame(sortUnique(known.channels ?? []), sortUnique(channels));
  const depends = dependsOn !== null && !isSame(sortUnique(known.dependsOn ?? []), sortUnique(dependsOn));
  const changes = [
    ...changed,
    ...(relinked ? ["channels"] : []),
    ...(depends ? ["dependsOn"] : []),
    ...changeOfOwner(known),
  ];
  return changes.length === 0 ? [] : [{ act: "update", what: "check", name: slug, id: known.id, changes }];
}

function deletionSteps<T extends Known>(
  what: Step["what"],
  known: readonly T[],
  { nameOf: named, kept }: { nameOf: (one: T) => string; kept: readonly string[] },
): Step[] {
  return known
    .filter((one) => one.isOwned && !kept.includes(named(one)))
    .map((one) => ({ act: "delete", what, name: named(one), id: one.id, changes: [] }));
}

function duplicateProblems<K extends string>(
  list: readonly Record<K, string>[],
  section: string,
  key: K,
): PlanProblem[] {
  return list.flatMap((one, i) =>
    list.findIndex((other) => other[key] === one[key]) < i
      ? [{ path: `${section}.${i}.${key}`, message: `“${one[key]}” stands in the file twice.` }]
      : [],
  );
}

function ambiguityProblems(current: Current, wanted: Wanted): PlanProblem[] {
  const channels = wanted.channels.flatMap(({ name }, i) =>
    current.channels.filter((channel) => channel.name === name).length > 1
      ? [
          {
            path: `channels.${i}.name`,
            message: `The project has several channels called “${name}”: rename all but one.`,
          },
        ]
      : [],
  );
  const checks = wanted.checks.flatMap(({ slug }, i) =>
    current.checks.filter((check) => check.slug === slug).length > 1
      ? [
          {
            path: `checks.${i}.slug`,
            message: `The project has several checks with the slug “${slug}”: change all but one.`,
          },
        ]
      : [],
  );
  return [...channels, ...checks];
}

function kindProblems(current: Current, wanted: Wanted): PlanProblem[] {
  return wanted.channels.flatMap(({ name, kind }, i) => {
    const known = current.channels.find((channel) => channel.name === name);
    if (known === undefined || known.kind === kind) return [];
    const message = `The channel “${name}” is of the kind ${known.kind}: give this one another name.`;
    return [{ path: `channels.${i}.kind`, message }];
  });
}

/** A check may name channels of the file, and those that will not be deleted. */
function unknownChannelProblems(current: Current, wanted: Wanted): PlanProblem[] {
  const names = new Set([
    ...wanted.channels.map(nameOf),
    ...current.channels.filter(({ isOwned }) => !isOwned).map(nameOf),
  ]);
  return wanted.checks.flatMap(({ channels }, i) =>
    (channels ?? []).flatMap((name, j) =>
      names.has(name)
        ? []
        : [{ path: `checks.${i}.channels.${j}`, message: `There is no channel called “${name}”.` }],
    ),
  );
}

function sortUnique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/** The problems of dependencies: slugs of no check; without such, the first circle. */
function dependencyProblems(current: Current, wanted: Wanted, names: Names): PlanProblem[] {
  const unknown = wanted.checks.flatMap(({ dependsOn }, i) =>
    (dependsOn ?? []).flatMap((slug, j) => {
      const message = nameProblem("check", slug, names);
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

/** The slugs of one circle, each depending on the next and the last on the first; empty if there is none. */
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
