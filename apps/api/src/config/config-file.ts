import { ConfigRoute } from "@overdue/core";
import { z } from "zod";

import { CollectMinutes, Groups } from "../channels/channel-view.ts";
import { CheckPatch } from "../checks/check-input.ts";

const Name = z.string().trim().min(1, "Give the channel a name.").max(100, "Use at most 100 characters.");

const ConfigChannel = z
  .strictObject({
    name: Name,
    kind: z.string().max(50),
    settings: z.record(z.string(), z.unknown()).default({}).meta({
      description:
        "As for a channel. What is left out of them stays as it is; secrets may be left out, unless an address changes its origin: then they have to be given again.",
    }),
    collectMinutes: CollectMinutes.optional(),
    groups: Groups.optional(),
  })
  .meta({ id: "ConfigChannel", description: "What is left out stays as it is." });

const Slug = z
  .string()
  .min(1, "A check in a file needs a slug: it is known by it.")
  .max(100, "Use at most 100 characters.")
  .regex(/^[a-z0-9_-]*$/, "Use only a-z, 0-9, - and _.");

const ConfigCheck = CheckPatch.omit({ channelIds: true, dependsOn: true })
  .extend({
    slug: Slug,
    channels: z.array(Name).max(100, "Use at most 100 channels.").optional().meta({
      description: "Names of the channels it alerts; left out: those it has, and for a new check all.",
    }),
    dependsOn: z.array(Slug).max(20, "A check depends on at most 20 others.").optional().meta({
      description: "Slugs of other checks; left out: those it has, and for a new check none.",
    }),
  })
  .required({ slug: true, schedule: true })
  .meta({ id: "ConfigCheck", description: "All settings of a check; what is left out has its default." });
export type ConfigCheck = z.output<typeof ConfigCheck>;

/** The whole wanted state of a project's channels, checks and routes. */
export const ConfigFile = z
  .strictObject({
    version: z.literal(1, "The version of the file is 1."),
    channels: z.array(ConfigChannel).max(500, "A file has at most 500 channels.").default([]),
    checks: z.array(ConfigCheck).max(2_000, "A file has at most 2,000 checks.").default([]),
    routes: z.array(ConfigRoute).max(200, "A file has at most 200 routes.").default([]).meta({
      description: "In the order in which they are asked, before those that people made.",
    }),
  })
  .meta({ id: "ConfigFile" });
export type ConfigFile = z.output<typeof ConfigFile>;
