// "npm run admin", "npm run test:clients" and their like: prepares the clone, then runs the program whose path comes
// first, with the arguments that follow it. Only programs that try the product in a browser or over HTTP need the web app.
import { join } from "node:path";
import { prepare, ROOT, runProgram } from "./prepare.mjs";

const [program] = process.argv.splice(2, 1);
await runProgram(prepare({ web: program.startsWith("e2e/") }), join(ROOT, program));
