import { execFileSync } from "node:child_process";
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

/** They let a product under another licence use a package unchanged, and hand it on. */
const LICENCES = new Set(
  `MIT MIT-0 ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 Unlicense CC0-1.0
   MPL-2.0 PSF-2.0 BlueOak-1.0.0 CC-BY-3.0 CC-BY-4.0`.split(/\s+/),
);
const ASKS_TO_BE_NAMED = /^CC-BY/;

test("each licence in the product allows its use, and what asks to be named is named", () => {
  const list = execFileSync(process.execPath, ["scripts/licences.mjs"], { encoding: "utf8" });
  const packages = list
    .trim()
    .split("\n")
    .map((line) => /^(\S+) \S+: (.*)$/.exec(line)?.slice(1) ?? [line]);
  expect(packages.length).toBeGreaterThan(200);
  const attributions = readFileSync("docs/dependencies.md", "utf8").split("## Attribution")[1] ?? "";
  const parts = packages.flatMap(([name = "", licence = ""]) =>
    licence
      .replaceAll(/[()]/g, "")
      .split(/ (?:AND|OR) /)
      .map((part) => ({ name, part })),
  );
  expect(parts.filter(({ part }) => !LICENCES.has(part))).toEqual([]);
  const toName = parts.filter(({ part }) => ASKS_TO_BE_NAMED.test(part));
  expect(toName.filter(({ name }) => !attributions.includes(`[${name}]`))).toEqual([]);
});

test(
  "`npm run sbom` names each package of a release in CycloneDX, with its licence",
  { timeout: 60_000 },
  () => {
    const printed = execFileSync("npm", ["run", "--silent", "sbom"], { encoding: "utf8", maxBuffer: 1e8 });
    const { bomFormat, components } = JSON.parse(printed) as {
      bomFormat: string;
      components: { name: string; licenses?: unknown[] }[];
    };
    expect(bomFormat).toBe("CycloneDX");
    const named = new Map(components.map((one) => [one.name, one]));
    const isNamed = (name: string) => (named.get(name)?.licenses?.length ?? 0) > 0;
    expect(directDependencies().filter((name) => !isNamed(name))).toEqual([]);
    for (const name of ["hono", "react", "drizzle-orm"]) expect(named.has(name)).toBe(true);
    expect(named.has("oxlint")).toBe(false);
  },
);

function directDependencies(): string[] {
  const files = globSync("{apps,packages}/*/package.json", { exclude: ["packages/{testkit,simulator}/*"] });
  return files.flatMap((file) => {
    const { dependencies = {} }: Manifest = JSON.parse(readFileSync(file, "utf8"));
    return Object.keys(dependencies).filter((name) => !name.startsWith("@overdue/"));
  });
}

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
