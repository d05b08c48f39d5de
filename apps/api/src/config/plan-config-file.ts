import { isKindName, mergeSettings, parseSettings, type Problem } from "@overdue/channels";
import {
  ConfigPage,
  ConfigRoute,
  type Current,
  defaultDetails,
  defaultSettings,
  planConfig,
  stepValues,
} from "@overdue/core";
import {
  type ConfigDecision,
  hashPassword,
  verifyPassword,
  type WantedChannel,
  type WantedCheck,
  type WantedPage,
} from "@overdue/db";
import { z } from "zod";

import { CollectMinutes, Groups } from "../channels/channel-view.ts";
import { CheckPatch, sentDetails, sentSettings } from "../checks/check-input.ts";
import { ApiError, type FieldError } from "../http/problem.ts";

const Name = z.string().trim().min(1, "Give the channel a name.").max(100, "Use at most 100 characters.");

const ConfigChannel = z
  .strictObject({
    name: Name,
    kind: z.string().max(50),
    settings: z.record(z.string(), z.unknown()).default({}).meta({
      description:
        "As for a channel. Fields that are left out stay as they are. Secrets may be left out too, unless the origin of an address changes: then they must be given again.",
    }),
    collectMinutes: CollectMinutes.optional(),
    groups: Groups.optional(),
  })
  .meta({ id: "ConfigChannel", description: "Fields that are left out stay as they are." });

const Slug = z
  .string()
  .min(1, "A check in a file needs a slug, which identifies it.")
  .max(100, "Use at most 100 characters.")
  .regex(/^[a-z0-9_-]*$/, "Use only a-z, 0-9, - and _.");

const ConfigCheck = CheckPatch.omit({ channelIds: true, dependsOn: true })
  .extend({
    slug: Slug,
    channels: z.array(Name).max(100, "Use at most 100 channels.").optional().meta({
      description: "Names of the channels that it alerts; left out: unchanged, and all for a new check.",
    }),
    dependsOn: z.array(Slug).max(20, "A check depends on at most 20 others.").optional().meta({
      description: "Slugs of other checks; left out: unchanged, and none for a new check.",
    }),
  })
  .required({ slug: true, schedule: true })
  .meta({
    id: "ConfigCheck",
    description: "All settings of a check; those that are left out get their defaults.",
  });
type ConfigCheck = z.output<typeof ConfigCheck>;

/** The whole wanted state of a project's channels, checks, routes and status pages. */
export const ConfigFile = z
  .strictObject({
    version: z.literal(1, "The version of the file is 1."),
    channels: z.array(ConfigChannel).max(500, "A file has at most 500 channels.").default([]),
    checks: z.array(ConfigCheck).max(2_000, "A file has at most 2,000 checks.").default([]),
    routes: z.array(ConfigRoute).max(200, "A file has at most 200 routes.").default([]).meta({
      description: "Evaluated in this order, before the routes that people created in the app.",
    }),
    statusPages: z.array(ConfigPage).max(50, "A file has at most 50 status pages.").default([]),
  })
  .meta({ id: "ConfigFile" });
export type ConfigFile = z.output<typeof ConfigFile>;

type ShownOnce = Record<string, Record<string, string>>;
type FileChannel = ConfigFile["channels"][number];

/**
 * Plans the steps from the present state of a project to the file's. `shownOnce`: by channel, the secrets that were generated
 * for it. @throws 400 with the paths of the faults
 */
export async function planConfigFile(
  current: Current,
  file: ConfigFile,
): Promise<ConfigDecision & { shownOnce: ShownOnce }> {
  const channels = file.channels.map((channel, i) => completeChannel(current, channel, i));
  refuseIfInvalid(channels.flatMap(({ errors }) => errors));
  const wanted = channels.flatMap(({ channel }) => channel ?? []);
  const statusPages = await Promise.all(file.statusPages.map((page) => completePage(current, page)));
  const all = {
    channels: wanted,
    checks: file.checks.map((check) => ({
      slug: check.slug,
      fields: wantedFields(check),
      channels: check.channels ?? null,
      dependsOn: check.dependsOn ?? null,
    })),
    routes: file.routes,
    statusPages,
  };
  const { steps, problems } = planConfig(current, all);
  refuseIfInvalid(problems.map(({ path, message }) => ({ field: path, message })));
  const made = new Set(
    steps.flatMap(({ what, act, name }) => (what === "channel" && act === "create" ? [name] : [])),
  );
  return {
    steps,
    channels: wanted,
    checks: file.checks.map(toStoredCheck),
    routes: file.routes,
    statusPages,
    valuesOf: (step) => stepValues(step, current, all),
    shownOnce: shownOnceByChannel(channels, made),
  };
}

type CompletedChannel = {
  channel: WantedChannel | null;
  shownOnce: Record<string, string>;
  errors: FieldError[];
};

/** Adds the stored settings that the file leaves out, unless the channel's address changes. */
function completeChannel(
  current: Current,
  { name, kind, settings: given, ...grouping }: FileChannel,
  i: number,
): CompletedChannel {
  const known = current.channels.find((channel) => channel.name === name && channel.kind === kind);
  if (!isKindName(kind))
    return invalidField(`channels.${i}.kind`, `There is no kind of channel called “${kind}”.`);
  const merged = mergeSettings(kind, known?.settings ?? {}, given);
  if (!merged.ok) return invalidSettings(i, merged.problems);
  const parsed = parseSettings(kind, merged.settings);
  if (!parsed.ok) return invalidSettings(i, parsed.problems);
  const { settings, hint, shownOnce } = parsed;
  const { collectMinutes = known?.collectMinutes ?? 0, groups = known?.groups ?? null } = grouping;
  return { channel: { name, kind, settings, hint, collectMinutes, groups }, shownOnce, errors: [] };
}

/** The password of a file is stored only where it is another one, so that the same file again changes nothing. */
async function completePage(current: Current, { password, ...page }: ConfigPage): Promise<WantedPage> {
  const hash = current.statusPages.find(({ slug }) => slug === page.slug)?.passwordHash ?? null;
  const isKept = password === undefined || (hash !== null && (await verifyPassword(hash, password)));
  return { ...page, hasNewPassword: !isKept, passwordHash: isKept ? null : await hashPassword(password) };
}

function invalidSettings(i: number, problems: readonly Problem[]): CompletedChannel {
  const errors = problems.map(({ field, message }) => ({
    field: `channels.${i}.settings.${field}`,
    message,
  }));
  return { channel: null, shownOnce: {}, errors };
}

function invalidField(field: string, message: string): CompletedChannel {
  return { channel: null, shownOnce: {}, errors: [{ field, message }] };
}

/** A check's fields to compare with the present ones, with defaults; without its slug and references (channels, dependsOn). */
function wantedFields(check: ConfigCheck) {
  const {
    slug: _,
    channels: __,
    dependsOn: ___,
    ...fields
  } = { ...defaultDetails, ...defaultSettings, ...check };
  return fields;
}

/** The same check as the database stores it. */
function toStoredCheck(check: ConfigCheck): WantedCheck {
  return {
    slug: check.slug,
    details: { ...defaultDetails, tags: "", ...sentDetails(check) },
    settings: { ...defaultSettings, ...sentSettings(check), schedule: check.schedule },
    channels: check.channels ?? null,
    dependsOn: check.dependsOn ?? null,
  };
}

function shownOnceByChannel(channels: readonly CompletedChannel[], made: ReadonlySet<string>): ShownOnce {
  const shown = channels.flatMap(({ channel, shownOnce }) =>
    channel !== null && made.has(channel.name) && Object.keys(shownOnce).length > 0
      ? [[channel.name, shownOnce]]
      : [],
  );
  return Object.fromEntries(shown) as ShownOnce;
}

function refuseIfInvalid(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw new ApiError("invalid_input", errors.map(({ field, message }) => `${field}: ${message}`).join(" "), {
    errors,
  });
}
