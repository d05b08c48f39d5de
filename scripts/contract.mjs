// "npm run test:contract": prepares the clone, then sends made-up requests for every route of the OpenAPI document.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, ROOT } from "./prepare.mjs";

const main = join(ROOT, "e2e", "contract", "main.ts");
const { status } = spawnSync(prepare(), [main, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
