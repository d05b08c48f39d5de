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
import { PLANTED } from "./planted.ts";

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
  writeFileSync(file, planted.edits.reduce(replaceOnce, readFileSync(file, "utf8")));
  return home;
}

function replaceOnce(text: string, { from, to }: { from: string; to: string }): string {
  if (text.split(from).length !== 2)
    throw new Error(`"${from}" does not occur once: adapt bench/chaos/planted.ts.`);
  return text.replace(from, () => to);
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
