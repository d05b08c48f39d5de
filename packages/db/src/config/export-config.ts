import { type Current, defaultSettings } from "@overdue/core";

type Plain = Record<string, unknown>;

/** A project as a configuration file that makes another like it, and what no file can say. */
export type Exported = { file: { version: 1; channels: Plain[]; checks: Plain[] }; leftOut: string[] };

/** What a check in a file has when nothing is said; the same that `PUT …/config` fills in. */
const DEFAULTS: Plain = {
  ...defaultSettings,
  name: "",
  tags: [],
  description: "",
  severity: "warning",
  methods: "",
  filterSubject: false,
  filterBody: false,
  filterHttpBody: false,
  filterDefaultFail: false,
  startKeywords: "",
  successKeywords: "",
  failureKeywords: "",
};

/**
 * The file that says what there is. `withSecrets`: with the settings of channels, in clear; without, they are left out
 * and a project that has these channels keeps them. Of several with one slug or name the first is taken.
 */
export function exportConfig({ channels, checks }: Current, withSecrets: boolean): Exported {
  const firstChannels = firstBy(channels, ({ name }) => name);
  const firstChecks = firstBy(checks, ({ slug }) => slug);
  return {
    file: {
      version: 1,
      channels: firstChannels.map(({ name, kind, settings }) => ({
        name,
        kind,
        ...(withSecrets && { settings }),
      })),
      checks: firstChecks.map(({ slug, fields, channels: names }) => ({
        slug,
        ...unlikeDefault(fields),
        channels: [...new Set(names ?? [])].toSorted(),
      })),
    },
    leftOut: [
      ...channels
        .filter((channel) => !firstChannels.includes(channel))
        .map(({ name }) => `channel “${name}”`),
      ...checks.filter((check) => !firstChecks.includes(check)).map(({ slug }) => `check “${slug}”`),
    ],
  };
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
