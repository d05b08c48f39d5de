import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";

// Loaded into a child before its own code. The child waits here until the supervisor sends the environment, that is, until
// the database is ready. Loading the code takes longest, so it is done meanwhile.
process.channel?.ref();
// On a machine with much memory V8 lets the heap grow to four times what is in use before it collects. Not on the command
// line, where a V8 that does not know it would refuse to start.
setFlagsFromString("--heap-growing-percent=40");
const environment = new Promise<NodeJS.ProcessEnv>((resolve) => process.once("message", resolve));
const server = join(dirname(process.argv[1] ?? ""), "server.ts");
if (existsSync(server)) await import(server).catch(() => undefined);
Object.assign(process.env, await environment);
process.channel?.unref();
