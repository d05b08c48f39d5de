import { escapeControls } from "../escape-controls.ts";
import { errorMessage } from "../refusal.ts";
import { runAdmin } from "./admin.ts";

try {
  process.stdout.write(`${escapeControls(await runAdmin(process.argv.slice(2), process.env))}\n`);
} catch (error) {
  process.stderr.write(`${escapeControls(errorMessage(error))}\n`);
  process.exitCode = 1;
}
