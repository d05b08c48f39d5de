import { readConfig } from "@overdue/config";

import { runServer } from "./server.ts";

await runServer(readConfig(process.env));
