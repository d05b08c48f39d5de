import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

// npm run test:nodes -- DIR: the tests of `overdue` with each Node that it promises to run with, which
// e2e/nodes/build.sh DIR has got. On Alpine's C library also with Alpine's shell and tools, and without curl.
const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write("Give the folder into which e2e/nodes/build.sh has put the Nodes.\n");
  process.exit(2);
}
const built = resolve(folder);
const ROOT = join(import.meta.dirname, "../..");
const alpine = join(built, "alpine/bin");
const KINDS: readonly { name: string; node: string; path?: string }[] = [
  ...["20.19.0", "22.19.0", "24.21.0"].map((name) => ({ name, node: join(built, name, "bin/node") })),
  { name: "Alpine's C library and tools", node: join(alpine, "node"), path: alpine },
];

const failed = KINDS.filter(({ name, node, path }) => {
  if (!existsSync(node)) throw new Error(`${node} is missing: run e2e/nodes/build.sh ${folder} first.`);
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  process.stdout.write(`\n${name}: Node ${version}\n`);
  const words = [
    "run",
    "--project",
    "cli",
    "packages/cli/test/run.test.ts",
    "packages/cli/test/faults.test.ts",
  ];
  const { status } = spawnSync(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), ...words], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, OVERDUE_TEST_NODE: node, ...(path !== undefined && { OVERDUE_TEST_PATH: path }) },
  });
  return status !== 0;
});
process.stdout.write(
  failed.length === 0
    ? `\nevery test passes with each of ${KINDS.length}\n`
    : `\nfailed with ${failed.map(({ name }) => name).join(", ")}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
