import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/overdue-clients", import.meta.url));

/**
 * Installs something once and keeps it for later runs; returns its folder. `name`: what it is, with its version.
 * @throws what `make` throws; then nothing is kept
 */
export async function keptInstall(name: string, make: (into: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name.replaceAll(/[^\w.@-]+/g, "-"));
  const whole = `${folder}.whole`;
  if (existsSync(whole)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  // Marked as whole only at the end: a broken install must not look like one that is there.
  mkdirSync(`${whole}.new`, { recursive: true });
  renameSync(`${whole}.new`, whole);
  return folder;
}
