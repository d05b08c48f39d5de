import type { CheckSettings } from "@overdue/core";
import { z } from "zod";

// Stands in until core has its own.
const YEAR_SECONDS = 31_536_000;
const seconds = (min: number) => z.int().min(min).max(YEAR_SECONDS);

export const SettingsInput = z.strictObject({
  schedule: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("interval"), everySeconds: seconds(60) }),
    z.strictObject({ kind: z.literal("cron"), expression: z.string(), timezone: z.string() }),
    z.strictObject({ kind: z.literal("oncalendar"), expression: z.string(), timezone: z.string() }),
  ]),
  graceSeconds: seconds(60),
  manualResume: z.boolean(),
  earlyMarginSeconds: seconds(0),
  jitterSeconds: seconds(0),
  maxRuntimeSeconds: seconds(1).nullable(),
  minRuntimeSeconds: seconds(1).nullable(),
  progressExtends: z.boolean(),
  overlap: z.enum(["allow", "note", "alert"]),
  hostDuplicates: z.enum(["allow", "note", "alert"]),
  tooOften: z
    .strictObject({
      count: z.int().min(1),
      of: z.enum(["pings", "runs"]),
      windowSeconds: seconds(60).nullable(),
    })
    .nullable(),
  tolerance: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("in-a-row"),
        bad: z.int().min(2).max(100),
        tolerateMissed: z.boolean(),
      }),
      z.strictObject({
        kind: z.literal("of-last"),
        bad: z.int().min(2).max(100),
        of: z.int().min(2).max(100),
        tolerateMissed: z.boolean(),
      }),
    ])
    .nullable(),
  recoverAfter: z.int().min(1).max(100),
  alertBeforeFirstPing: z.boolean(),
});

export const DEFAULT_SETTINGS = {
  manualResume: false,
  earlyMarginSeconds: 0,
  jitterSeconds: 0,
  maxRuntimeSeconds: null,
  minRuntimeSeconds: null,
  progressExtends: false,
  overlap: "allow",
  hostDuplicates: "allow",
  tooOften: null,
  tolerance: null,
  recoverAfter: 1,
  alertBeforeFirstPing: false,
} as const satisfies Omit<CheckSettings, "schedule" | "graceSeconds">;
