// "npm start": prepares the clone, then runs the product until it is stopped.
import { join } from "node:path";
import { goOn, prepare, ROOT } from "./prepare.mjs";

await goOn(prepare(), join(ROOT, "apps", "supervisor", "src", "main.ts"));
