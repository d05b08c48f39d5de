import { printable } from "../printable.ts";
import { sentenceOf } from "../refusal.ts";
import { runAdmin } from "./admin.ts";

try {
  process.stdout.write(`${printable(await runAdmin(process.argv.slice(2), process.env))}\n`);
} catch (error) {
  process.stderr.write(`${printable(sentenceOf(error))}\n`);
  process.exitCode = 1;
}
