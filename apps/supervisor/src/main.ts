import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

process.exitCode = await run(process.env, {
  api: fileURLToPath(import.meta.resolve("../../api/src/main.ts")),
  checker: fileURLToPath(import.meta.resolve("../../checker/src/main.ts")),
  sender: fileURLToPath(import.meta.resolve("../../checker/src/sender/main.ts")),
});
