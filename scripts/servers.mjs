// "npm run test:servers": prepares the clone, then tries the product with real servers that it installs beside it.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

await runProgram(prepare(), join(ROOT, "e2e", "servers", "main.ts"));
