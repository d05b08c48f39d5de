// "npm run admin -- …": the commands of apps/supervisor/src/admin, under a Node that runs TypeScript.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, ROOT } from "./prepare.mjs";

const main = join(ROOT, "apps", "supervisor", "src", "admin", "main.ts");
const { status } = spawnSync(prepare({ web: false }), [main, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;
