import { readConfig } from "@overdue/config";

import { runCourier } from "./run-courier.ts";

await runCourier(readConfig(process.env));
