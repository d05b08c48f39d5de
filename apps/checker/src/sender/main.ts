import { readConfig } from "@overdue/config";

import { runProgram } from "../run-program.ts";
import { startSender } from "./start-sender.ts";

await runProgram("sender", readConfig(process.env), startSender);
