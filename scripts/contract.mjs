// "npm run test:contract": prepares the clone, then sends made-up requests for every route of the OpenAPI document.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

await runProgram(prepare(), join(ROOT, "e2e", "contract", "main.ts"));
