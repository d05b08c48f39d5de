import { countNames, type Current, defaultDetails, defaultSettings, nameProblemIn } from "@overdue/core";

type Plain = Record<string, unknown>;

/** A project as a configuration file, and sentences about the parts that such a file cannot express. */
export type Exported = {
  file: { version: 1; channels: Plain[]; checks: Plain[]; routes: Plain[]; statusPages: Plain[] };
  leftOut: string[];
};

/** The defaults of a check in a file, which `PUT …/config` fills in. */
const DEFAULTS: Plain = { ...defaultSettings, ...defaultDetails };

/**
 * Exports a project as a configuration file. `withSecrets`: the file has the settings of channels in plain text; without,
 * it has none, and a project that has these channels keeps them. Passwords of status pages are never in it. Of several with the same slug or name it has the first.
 */
export function exportConfig(current: Current, withSecrets: boolean): Exported {
  const { channels, checks, statusPages } = current;
  const { whole, broken } = routesIn(current);
  const firstChannels = firstBy(channels, ({ name }) => name);
  const firstChecks = firstBy(checks, ({ slug }) => slug);
  const slugs = new Set(firstChecks.map(({ slug }) => slug));
  return {
    file: {
      version: 1,
      channels: firstChannels.map(({ name, kind, settings, collectMinutes, groups }) => ({
        name,
        kind,
        ...(withSecrets && { settings }),
        ...(collectMinutes > 0 && { collectMinutes }),
        ...(groups !== null && { groups }),
      })),
      checks: firstChecks.map(({ slug, fields, channels: names, dependsOn }) => ({
        slug,
        ...unlikeDefault(fields),
        channels: [...new Set(names ?? [])].toSorted(),
        dependsOn: [...new Set(dependsOn ?? [])].filter((above) => slugs.has(above)).toSorted(),
      })),
      routes: whole.map(({ name, match, notifyOn, steps, repeatMinutes, hours, recovery }) => ({
        name,
        match,
        notifyOn,
        steps,
        repeatMinutes,
        hours,
        recovery,
      })),
      statusPages: statusPages.map((page) => ({
        ...pageFields(page),
        entries: page.entries.filter(({ check }) => slugs.has(check)),
      })),
    },
    leftOut: [
      ...channels
        .filter((channel) => !firstChannels.includes(channel))
        .map(({ name }) => `channel “${name}”: another has the same name`),
      ...checks
        .filter((check) => !firstChecks.includes(check))
        .map(({ slug }) => `check “${slug}”: another has the same slug`),
      ...firstChecks.flatMap(({ slug, dependsOn }) =>
        (dependsOn ?? []).some((above) => !slugs.has(above))
          ? [`check “${slug}”: its dependency on a check without a slug`]
          : [],
      ),
      ...statusPages.flatMap(({ slug, passwordHash, visibility, entries }) => [
        ...(visibility === "password" && passwordHash !== null
          ? [`of status page “${slug}”: its password, which a new project needs`]
          : []),
        ...(entries.some(({ check }) => !slugs.has(check))
          ? [`of status page “${slug}”: checks without a slug`]
          : []),
      ]),
      ...broken.map(({ name }) => `route “${name}”: it, or what it names, has no name of its own`),
    ],
  };
}

/** The routes that a file can express (`whole`), since all names in them are unique, and the others (`broken`). */
function routesIn({ channels, checks, routes, people, rotations }: Current) {
  const names = (list: readonly { name: string }[]) => countNames(list.map(({ name }) => name));
  const there = {
    channels: names(channels),
    checks: countNames(checks.map(({ slug }) => slug)),
    people: names(people),
    rotations: names(rotations),
  };
  const own = names(routes);
  const isWhole = (route: Current["routes"][number]) =>
    own.get(route.name) === 1 && nameProblemIn(route, there).length === 0;
  return { whole: routes.filter(isWhole), broken: routes.filter((route) => !isWhole(route)) };
}

/** What a file says of a page beside its checks. */
function pageFields(page: Current["statusPages"][number]): Plain {
  const { slug, name, description, host, visibility, theme, timezone, showsIncidents } = page;
  return { slug, name, description, host, visibility, theme, timezone, showsIncidents };
}

function firstBy<T>(list: readonly T[], nameOf: (one: T) => string): T[] {
  return list.filter((one, i) => list.findIndex((other) => nameOf(other) === nameOf(one)) === i);
}

function unlikeDefault(fields: Plain): Plain {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULTS[field]),
    ),
  );
}
