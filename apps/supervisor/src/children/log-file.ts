import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";

const BYTES_MAX = 20_000_000;

/**
 * Returns a function that appends lines to a file. A file of more than 20 MB is renamed to `<file>.1`, and a new one begins.
 * A line that cannot be written, such as on a full disk, is dropped, so that the product goes on.
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
      // Warnings and errors are shown on the terminal too.
    }
  };
}
