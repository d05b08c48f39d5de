import { fileURLToPath } from "node:url";
import { run } from "../src/run.ts";

// The real supervisor and the real database, with two stand-ins for the programs.
const standIn = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
process.exitCode = await run(process.env, {
  api: standIn("api-stand-in"),
  checker: standIn("checker-stand-in"),
});
