import { escapeHidden } from "@overdue/core";
import { errorMessage } from "../refusal.ts";
import { runAdmin } from "./admin.ts";

try {
  const say = (line: string) => process.stderr.write(`${escapeHidden(line)}\n`);
  process.stdout.write(`${escapeHidden(await runAdmin(process.argv.slice(2), process.env, say))}\n`);
} catch (error) {
  process.stderr.write(`${escapeHidden(errorMessage(error))}\n`);
  process.exitCode = 1;
}
