import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A small file system of its own, which can be filled. */
export type DataDisk = { path: string; fill: () => void; empty: () => void; remove: () => void };

const SIZE = "1500m";
const CHUNK = Buffer.alloc(1_000_000);

/** Mounts a small file system in memory; null where this user may not, which only leaves the full disk out. */
export function makeDataDisk(path: string): DataDisk | null {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=755`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return null;
  }
  const unmount = () => execFileSync("umount", ["-l", path], { stdio: "ignore" });
  process.once("exit", unmount);
  const ballast = join(path, "ballast");
  return {
    path,
    fill: () => fillWith(ballast),
    empty: () => rmSync(ballast, { force: true }),
    remove: () => {
      process.off("exit", unmount);
      unmount();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Writes until there is no room left, down to the last page. */
function fillWith(file: string): void {
  const handle = openSync(file, "a");
  for (let size = CHUNK.length; size >= 1_000; size = Math.floor(size / 10)) {
    try {
      for (;;) writeSync(handle, CHUNK, 0, size);
    } catch {
      // There is no room for a piece of this size: a smaller one may still fit.
    }
  }
  closeSync(handle);
}
