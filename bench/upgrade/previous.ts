import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const MIGRATIONS = "packages/db/migrations";

/** A commit of this repository: the newest one whose migrations differ from those of HEAD, or the given one. */
export function previousCommit(given: string | null): string {
  if (given !== null) return git("rev-parse", "--verify", `${given}^{commit}`);
  const last = git("log", "-1", "--format=%H", "--", MIGRATIONS);
  return git("rev-parse", "--verify", `${last}^`);
}

/** The names of the migrations that HEAD has and a commit has not. */
export function newMigrations(commit: string): string[] {
  const of = (tree: string) => git("ls-tree", "--name-only", tree, `${MIGRATIONS}/`).split("\n");
  const before = new Set(of(commit));
  return of("HEAD").filter((file) => file.endsWith(".sql") && !before.has(file));
}

/**
 * Writes the code of a commit into a folder, with the packages that are installed here: its own workspaces are linked to their
 * code of then, and everything else to what this clone has.
 */
export function checkOut(commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync("git", ["archive", commit], { cwd: ROOT, maxBuffer: 500_000_000 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@overdue"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules")))
    if (name !== "@overdue") symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  for (const path of globSync("{packages,apps}/*", { cwd: folder })) {
    symlinkSync(join(folder, path), join(modules, "@overdue", path.split("/")[1] ?? ""));
    const own = join(ROOT, path, "node_modules");
    if (existsSync(own)) symlinkSync(own, join(folder, path, "node_modules"));
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
}
