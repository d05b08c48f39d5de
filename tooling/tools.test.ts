import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
const PATH = `${join(process.cwd(), "node_modules", ".bin")}${delimiter}${process.env["PATH"]}`;

// The commands of `npm run check` are tests as well, so that one count tells whether the project is whole.
test.each([
  ["oxlint finds nothing", "lint"],
  ["TypeScript finds no error", "types"],
  ["oxfmt would change nothing", "format"],
  ["knip finds nothing unused", "unused"],
])("%s", { timeout: 300_000 }, (_, script) => {
  const { status, stdout, stderr } = spawnSync(scripts[script], {
    encoding: "utf8",
    shell: true,
    env: { ...process.env, PATH },
  });
  expect(status === 0 ? "" : `${stdout}${stderr}`).toBe("");
});
