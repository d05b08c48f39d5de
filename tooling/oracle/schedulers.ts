import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";

const FOLDER = join(import.meta.dirname, "schedulers");

/**
 * How to install and ask the real program. `packages` are pinned, in the form of the language's own client; `adapter` names the
 * file in `drivers/<language>` that asks the program for times; `line` is the form of its expressions.
 */
const RealScheduler = z.strictObject({
  language: z.enum(["node", "python", "go", "java", "rust", "c"]),
  packages: z.array(z.string()).min(1),
  adapter: z.string(),
  line: z.enum(["five fields", "seconds first", "quartz"]).default("five fields"),
  /** Its packages run without what they depend on, some of which no registry serves. */
  withoutDependencies: z.boolean().default(false),
  /** Lines that match this regular expression are not asked: the preset refuses them, and says why. */
  refusedOnPurpose: z.string().optional(),
  /** How many simulated days a daemon is watched. */
  watchedDays: z.int().positive().optional(),
  /** Zones that it reads otherwise than their clocks show, and why. */
  leavesOut: z.record(z.string(), z.string()).default({}),
});
export type RealScheduler = z.infer<typeof RealScheduler> & { id: string };

/** The schedulers that can be asked, by the ids of `packages/schedules`. */
export const realSchedulers: RealScheduler[] = globSync(join(FOLDER, "*.json"))
  .toSorted()
  .map((file) => ({
    id: basename(file, ".json"),
    ...RealScheduler.parse(JSON.parse(readFileSync(file, "utf8"))),
  }));
