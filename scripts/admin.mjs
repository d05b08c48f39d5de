// "npm run admin -- …": prepares the clone, then runs one command of the operator.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

await runProgram(prepare({ web: false }), join(ROOT, "apps", "supervisor", "src", "admin", "main.ts"));
