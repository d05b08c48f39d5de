import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..");
const CORE = join(SRC, "../node_modules/@mantine/core");
const read = (file: string) => readFileSync(file, "utf8");

test("the styles of exactly those library components are loaded that the app renders, in the library's order", () => {
  const all = read(join(CORE, "styles.css"));
  const rendered = [...classesOf(usedComponents())];
  const needed = globSync(join(CORE, "styles/*.layer.css"))
    .filter((file) => rendered.some((name) => read(file).includes(`.${name}`)))
    .map((file) => /([^/]+)\.layer\.css$/.exec(file)?.[1] ?? "")
    .toSorted((one, other) => firstRule(all, one) - firstRule(all, other));
  const theme = read(join(SRC, "app/theme.css"));
  const listed = [...theme.matchAll(/@mantine\/core\/styles\/([A-Z]\w+)\.layer\.css/g)];
  expect(listed.map(([, name]) => name)).toEqual(needed);
});

/** Where the styles of a component begin in the file of all styles. */
function firstRule(all: string, name: string): number {
  const [rule = "?"] = /\.m_\w+/.exec(read(join(CORE, `styles/${name}.css`))) ?? [];
  return all.indexOf(rule);
}

/** The files of the library's components that the app and its notifications import. */
function usedComponents(): string[] {
  const own = globSync(join(SRC, "**/*.tsx")).filter((file) => !file.endsWith(".test.tsx"));
  const names = [...own, ...globSync(join(CORE, "../notifications/esm/**/*.mjs"))].flatMap((file) =>
    [...read(file).matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)].flatMap(([, list = ""]) =>
      list.split(",").map((name) => name.trim()),
    ),
  );
  return [...new Set(names)]
    .map((name) => join(CORE, `esm/components/${name}/${name}.mjs`))
    .filter((file) => existsSync(file));
}

/** The class names of the components in these files, and of those that they render themselves. */
function classesOf(files: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const classes = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = read(file);
    if (file.endsWith(".module.mjs"))
      for (const [, name = ""] of text.matchAll(/"(m_\w+)"/g)) classes.add(name);
    for (const [, path = ""] of text.matchAll(/from "(\.[^"]+)"/g)) visit(join(dirname(file), path));
  };
  files.forEach(visit);
  return classes;
}
