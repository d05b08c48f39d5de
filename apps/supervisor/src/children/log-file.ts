import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";

const BYTES_MAX = 20_000_000;

/**
 * A file that lines are added to; when it is large it becomes `<file>.1`, and a new one begins. A line that cannot be
 * written, as on a full disk, is lost: that is no reason for the product to end.
 */
export function openLog(file: string): (line: string) => void {
  let bytes = existsSync(file) ? statSync(file).size : 0;
  return (line) => {
    try {
      if (bytes > BYTES_MAX) {
        renameSync(file, `${file}.1`);
        bytes = 0;
      }
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
      bytes += Buffer.byteLength(line) + 1;
    } catch {
      // What matters of it was said on the terminal.
    }
  };
}
