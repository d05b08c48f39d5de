import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FIELDS = ["dependencies", "devDependencies", "optionalDependencies"];

test("every direct dependency has its reason in docs/dependencies.md, and every reason its dependency", () => {
  const used = new Set(manifests().flatMap((manifest) => foreign(manifest).map(([name]) => name)));
  const rows = readFileSync("docs/dependencies.md", "utf8").match(/^\| `.*?\|/gm) ?? [];
  const explained = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(used.size).toBeGreaterThan(20);
  expect(new Set(explained)).toEqual(used);
  expect(explained).toHaveLength(used.size);
});

test("every version is pinned", () => {
  const versions = manifests().flatMap(foreign);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test("no package may run code when it is installed, and none is younger than a week", () => {
  const settings = readFileSync(".npmrc", "utf8").split("\n");
  expect(settings).toEqual(
    expect.arrayContaining(["ignore-scripts=true", "min-release-age=7", "save-exact=true"]),
  );
});

type Manifest = Record<string, Record<string, string> | undefined>;

/** What a manifest asks for from outside this clone, with the versions. */
function foreign(manifest: Manifest): [string, string][] {
  const all = FIELDS.flatMap((field) => Object.entries(manifest[field] ?? {}));
  return all.filter(([name]) => !name.startsWith("@overdue/"));
}

function manifests(): Manifest[] {
  const files = ["package.json", ...globSync("{apps,packages}/*/package.json"), "e2e/package.json"];
  return files.map((file): Manifest => JSON.parse(readFileSync(file, "utf8")));
}
