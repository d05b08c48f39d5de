import { readConfig } from "@overdue/config";

import { runProgram } from "./run-program.ts";
import { startChecker } from "./start-checker.ts";

await runProgram("checker", readConfig(process.env), startChecker);
