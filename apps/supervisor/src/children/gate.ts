import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

// Loaded into api and checker before their own code, which waits here until the supervisor sends the environment
// (where the database is, and that it is ready). What takes longest, loading the code, is done meanwhile.
process.channel?.ref();
const environment = new Promise<NodeJS.ProcessEnv>((resolve) => process.once("message", resolve));
const server = join(dirname(process.argv[1] ?? ""), "server.ts");
if (existsSync(server)) await import(server).catch(() => undefined);
Object.assign(process.env, await environment);
process.channel?.unref();
