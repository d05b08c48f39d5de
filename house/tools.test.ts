import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

// The tools are tests too, so that one command and one count tell whether the project is whole.
test.each([
  ["the format is oxfmt's", "oxfmt", ["--check"]],
  ["oxlint finds nothing", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["the types hold", "tsc", ["-p", "."]],
  ["knip finds nothing that nobody uses", "knip", []],
])("%s", { timeout: 300_000 }, (_, tool, args) => {
  const { status, stdout, stderr } = spawnSync(join("node_modules", ".bin", tool), args, {
    encoding: "utf8",
  });
  expect(status === 0 ? "" : `${stdout}${stderr}`).toBe("");
});
