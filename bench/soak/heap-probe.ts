import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString, getHeapStatistics, writeHeapSnapshot } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

/**
 * Loaded into each process of the product by `--import`: says every few seconds how much the process really keeps, which is its
 * heap after a full collection. What a process of Node occupies is mostly garbage that V8 has had no reason to collect yet.
 */
const EVERY_MS = 10_000;
/** In the URL, since the environment of a program comes to it only later. */
const directory = new URL(import.meta.url).searchParams.get("directory");

if (isMainThread && directory !== null) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void; // what the flag adds to a new context
  const file = join(directory, `${process.pid}.json`);
  const timer = setInterval(() => {
    collect();
    const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const { malloced_memory: malloced } = getHeapStatistics();
    const kept = { rss, heapTotal, heapUsed, external, arrayBuffers, malloced };
    writeFileSync(`${file}.new`, JSON.stringify(kept));
    renameSync(`${file}.new`, file);
  }, EVERY_MS);
  timer.unref();
  process.on("SIGUSR2", () => {
    writeHeapSnapshot(join(directory, `${process.pid}-${Date.now()}.heapsnapshot`));
  });
}
