// "npm run check": lint, types, format, unused code, the registry's word on the packages and the repository's own tests, in parallel. The output of each is
// printed when it ends.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { prepare, ROOT } from "./prepare.mjs";

prepare({ web: false });
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const commands = {
  lint: scripts.lint,
  types: scripts.types,
  format: scripts.format,
  unused: scripts.unused,
  "supply chain": scripts["supply-chain"],
  // tools.test.ts is left out, because it runs the commands above, for `npm test`.
  repository: "vitest run --project tooling --exclude tooling/tools.test.ts",
};
const results = await Promise.all(Object.entries(commands).map(run));
process.exitCode = results.every((succeeded) => succeeded) ? 0 : 1;

function run([name, command]) {
  const startedAt = performance.now();
  const path = `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) };
  const child = spawn(command, { cwd: ROOT, env, shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      const text = Buffer.concat(output).toString().trim();
      const verdict = code === 0 ? "passed" : "FAILED";
      process.stdout.write(`── ${name} ${verdict} in ${seconds} s\n${text === "" ? "" : `${text}\n`}`);
      resolve(code === 0);
    });
  });
}
