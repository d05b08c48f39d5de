// "npm run test:clients": prepares the clone, then tries the product with public clients that it installs.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

await runProgram(prepare(), join(ROOT, "e2e", "clients", "main.ts"));
