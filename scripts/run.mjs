// "npm run admin", "npm run test:clients" and similar commands: prepares the clone, then runs the program that the first
// argument names, with the other arguments. Only the programs in e2e/ need the web app.
import { join } from "node:path";
import { prepare, ROOT, runProgram } from "./prepare.mjs";

const [program] = process.argv.splice(2, 1);
await runProgram(prepare({ web: program.startsWith("e2e/") }), join(ROOT, program));
