import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";

import type { Options } from "./options.ts";

/** A fault that is planted in a copy of the product: a run must report it, or the comparison proves nothing. */
export type Planted = {
  file: string;
  /** The text that is replaced; it must occur once. */
  from: string;
  to: string;
  /** What the run is started with so that the fault can show. */
  options: Partial<Options>;
};

export const PLANTED: Record<string, Planted> = {
  // The answer goes out while the ping still waits for its transaction.
  "ack-before-commit": {
    file: "apps/api/src/pings/receive.ts",
    from: "const recorded = await recordOrAlias(toArrival({ ...said, ...extra }, { sender, body, at }), options);",
    to: `void recordOrAlias(toArrival({ ...said, ...extra }, { sender, body, at }), options).catch(() => undefined);
  const recorded = { kind: "recorded", projectId: "", checkId: "", pingUuid: "", created: false, ignoredBecause: null } as const;`,
    options: { servers: "embedded", only: ["kill api while"], faultEveryMs: 1_000 },
  },
  // What no job of the queue announces is never found: neither a lost job nor the lease of a dead sender.
  "no-sweep": {
    file: "apps/checker/src/sender/dispatcher.ts",
    from: "const SWEEP_MS = 2_000;",
    to: "const SWEEP_MS = 2_000_000;",
    options: {
      mode: "redis",
      servers: "embedded",
      only: ["FLUSHALL", "provider fails", "kill Redis"],
      faultEveryMs: 1_000,
    },
  },
  // A deadline is evaluated by the clock alone, whether or not anybody could receive pings before it.
  "no-watermark": {
    file: "packages/core/src/receivers/awaited.ts",
    from: "const watermark = isAnyAlive ?",
    to: "const watermark = now > 0 ? now : isAnyAlive ?",
    options: { servers: "embedded", only: ["freeze api"], faultEveryMs: 2_000 },
  },
  // Nobody looks whether a deadline has passed; a late ping alone shows it.
  "no-evaluator": {
    file: "apps/checker/src/deadlines/deadline-evaluator.ts",
    from: "if (watermark !== null) await this.#evaluate(",
    to: "if (watermark === 0) await this.#evaluate(",
    options: { servers: "embedded", only: ["kill checker"], faultEveryMs: 10_000 },
  },
};

const COPIED = ["apps", "packages", "scripts", "package.json", "package-lock.json", "tsconfig.json"];

/** Copies the product to `home`, plants the fault that the options name, and returns the folder. @throws Error for an unknown name */
export function buildBroken({ broken, source }: Options, home: string): string {
  const planted = PLANTED[broken ?? ""];
  if (planted === undefined) throw new Error(`--broken must be one of: ${Object.keys(PLANTED).join(", ")}.`);
  mkdirSync(home);
  const isOwn = (path: string) =>
    !/(^|\/)(node_modules|dist)(\/|$)/.test(relative(source, path)) || path.includes("/web/dist");
  for (const name of COPIED) cpSync(join(source, name), join(home, name), { recursive: true, filter: isOwn });
  linkModules(source, home);
  const file = join(home, planted.file);
  const text = readFileSync(file, "utf8");
  if (text.split(planted.from).length !== 2)
    throw new Error(`${planted.file} has changed: adapt bench/chaos/broken.ts.`);
  writeFileSync(
    file,
    text.replace(planted.from, () => planted.to),
  );
  return home;
}

/** The packages from outside are those of the clone; our own ones are those of the copy. */
function linkModules(source: string, home: string): void {
  mkdirSync(join(home, "node_modules/@overdue"), { recursive: true });
  for (const name of readdirSync(join(source, "node_modules")))
    if (name !== "@overdue" && name !== ".cache")
      symlinkSync(join(source, "node_modules", name), join(home, "node_modules", name));
  for (const name of readdirSync(join(source, "node_modules/@overdue")))
    symlinkSync(
      readlinkSync(join(source, "node_modules/@overdue", name)),
      join(home, "node_modules/@overdue", name),
    );
  for (const app of readdirSync(join(source, "apps"))) {
    const modules = join(source, "apps", app, "node_modules");
    if (existsSync(modules)) symlinkSync(modules, join(home, "apps", app, "node_modules"));
  }
}
