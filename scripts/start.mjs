// "npm start": prepares the clone, then runs the product until it is stopped.
import { join } from "node:path";
import { goOn, prepare, ROOT } from "./prepare.mjs";

// Compiled code is kept between starts; it would be compiled anew each time, which takes a second.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules", ".cache", "node");
await goOn(prepare(), join(ROOT, "apps", "supervisor", "src", "main.ts"));
