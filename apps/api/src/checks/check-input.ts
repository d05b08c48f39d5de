import { CheckSettingsInput, DetailsInput } from "@overdue/core";
import { z } from "zod";

/** The fields of a check that an edit may change; only those that are sent are written. */
export const CheckPatch = DetailsInput.extend(CheckSettingsInput.shape)
  .extend({
    channelIds: z.array(z.uuid()).max(100, "Use at most 100 channels."),
    dependsOn: z.array(z.string().min(1).max(100)).max(20, "A check depends on at most 20 others.").meta({
      description:
        "Ids or slugs of other checks: while one of them is down, the alert of this one is held back.",
    }),
  })
  .partial()
  .meta({ id: "CheckPatch" });
export type CheckPatch = z.infer<typeof CheckPatch>;

/** A new check. Everything except the schedule has a default; without `channelIds` it alerts every channel of the project. */
export const CheckInput = CheckPatch.required({ schedule: true }).meta({
  id: "CheckInput",
});
export type CheckInput = z.infer<typeof CheckInput>;

const DETAILS = Object.keys(DetailsInput.shape) as (keyof typeof DetailsInput.shape)[];
const SETTINGS = Object.keys(CheckSettingsInput.shape) as (keyof typeof CheckSettingsInput.shape)[];

/** The details that were sent, as they are stored. */
export function sentDetails(patch: CheckPatch) {
  const { tags, ...rest } = pick(patch, DETAILS);
  return { ...rest, ...(tags !== undefined && { tags: [...new Set(tags)].join(" ") }) };
}

/** The settings that were sent. */
export function sentSettings(patch: CheckPatch) {
  return pick(patch, SETTINGS);
}

type Sent<T, K extends keyof T> = { [P in K]?: Exclude<T[P], undefined> };

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Sent<T, K> {
  const sent = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(sent) as Sent<T, K>;
}
