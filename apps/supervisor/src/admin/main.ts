import { escapeHidden } from "@overdue/core";
import { errorMessage } from "../refusal.ts";
import { runAdmin } from "./admin.ts";

try {
  process.stdout.write(`${escapeHidden(await runAdmin(process.argv.slice(2), process.env))}\n`);
} catch (error) {
  process.stderr.write(`${escapeHidden(errorMessage(error))}\n`);
  process.exitCode = 1;
}
