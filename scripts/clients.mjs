// "npm run test:clients": prepares the clone, then tries the product with public clients that it installs.
import { join } from "node:path";
import { goOn, prepare, ROOT } from "./prepare.mjs";

await goOn(prepare(), join(ROOT, "e2e", "clients", "main.ts"));
