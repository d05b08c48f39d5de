import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/overdue-clients", import.meta.url));

/**
 * Installs something once and keeps it for later runs. `name` contains its version.
 * @returns its folder
 * @throws what `make` throws; the install is then not kept
 */
export async function keptInstall(name: string, make: (into: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name.replaceAll(/[^\w.@-]+/g, "-"));
  const complete = `${folder}.whole`;
  if (existsSync(complete)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  // The mark is made only at the end, so that an install that broke off is not taken for a complete one.
  mkdirSync(`${complete}.new`, { recursive: true });
  renameSync(`${complete}.new`, complete);
  return folder;
}
