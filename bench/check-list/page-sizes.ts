import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[] };

/** How many bytes of JavaScript, compressed, each page loads before it shows anything; the largest first. */
export function pageSizes(dist: string): [page: string, bytes: number][] {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
  const [entry, first] = Object.entries(manifest).find(([, { isEntry }]) => isEntry) ?? [];
  if (entry === undefined) throw new Error("The build names no entry.");
  const pages = (first?.dynamicImports ?? []).filter((name) => name.startsWith("src/pages/"));
  const layout = pages.filter((name) => name.includes("project-layout"));
  const bytes = (name: string) => gzipSync(readFileSync(join(dist, manifest[name]?.file ?? ""))).length;
  const sizeOf = (names: string[]) =>
    [...closure(manifest, names)].reduce((sum, name) => sum + bytes(name), 0);
  return pages
    .map((page): [string, number] => [page, sizeOf([entry, page, ...(hasFrame(page) ? layout : [])])])
    .toSorted((a, b) => b[1] - a[1]);
}

/** Whether a page is shown in the layout of a project; pages about accounts are not. */
function hasFrame(page: string): boolean {
  return !/sign-|password|invitation|new-project|operator/.test(page);
}

function closure(manifest: Record<string, Chunk>, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    manifest[name]?.imports?.forEach(visit);
  };
  names.forEach(visit);
  return found;
}
