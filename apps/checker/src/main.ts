import { readConfig } from "@overdue/config";

import { runChecker } from "./run-checker.ts";

await runChecker(readConfig(process.env));
