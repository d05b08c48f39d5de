import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";

const BYTES_MAX = 20_000_000;

/** A file that lines are added to; when it is large it becomes `<file>.1`, and a new one begins. */
export function openLog(file: string): (line: string) => void {
  let bytes = existsSync(file) ? statSync(file).size : 0;
  return (line) => {
    if (bytes > BYTES_MAX) {
      renameSync(file, `${file}.1`);
      bytes = 0;
    }
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
    bytes += Buffer.byteLength(line) + 1;
  };
}
