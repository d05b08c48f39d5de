import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { freePort } from "@overdue/postgres";

import { type Instance, startInstance } from "./chaos/instance.ts";
import { startLoad } from "./soak/load.ts";
import { type Figures, PROGRAMS, readFigures, UNITS } from "./soak/figures.ts";
import { growthOf } from "./soak/growth.ts";
import { BOOTSTRAP, populate } from "./soak/population.ts";

/**
 * `npm run soak -- --minutes 30 --rate 1000`: the product as `npm start` runs it, under pings of all sorts, requests of the API
 * and open pages. Prints memory, files and connections of each process as time goes on, and ends with 1 if one of them grows.
 */
const EVERY_MS = 10_000;
/** The first part, in which caches fill and code is compiled, is not compared. */
const WARM_SHARE = 0.25;
/** In each process of the product: what it keeps after a full collection is known apart from its garbage. */
const PROBE = new URL("./soak/heap-probe.ts", import.meta.url);

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    rate: { type: "string", default: "1000" },
    keep: { type: "boolean", default: false },
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.exitCode = (await soak(Number(values.minutes), Number(values.rate))) ? 0 : 1;

async function soak(minutes: number, rate: number): Promise<boolean> {
  if (!(minutes > 0 && rate > 0)) throw new Error("--minutes and --rate must be numbers above 0.");
  const home = mkdtempSync(join(tmpdir(), "overdue-soak-"));
  const heaps = join(home, "heaps");
  mkdirSync(heaps);
  PROBE.searchParams.set("directory", heaps);
  const port = await freePort();
  const instance = startInstance({
    source: join(import.meta.dirname, ".."),
    dataDirectory: join(home, "data"),
    port,
    environment: { ...BOOTSTRAP, API_RATE_LIMIT: "0", NODE_OPTIONS: `--import ${PROBE.href}` },
    logFile: join(home, "product.log"),
  });
  try {
    await instance.ready();
    const { paths, hooks, read, close } = await populate(instance.origin);
    const load = startLoad(instance.origin, { rate, paths, read });
    const seen: Figures[] = [];
    const first = processesOf(instance);
    const begun = performance.now();
    while (performance.now() - begun < minutes * 60_000) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      const supervisor = instance.pid();
      if (supervisor === null) throw new Error("The product has ended.");
      const figures = await readFigures(instance.origin, supervisor, heaps);
      seen.push(figures);
      const { acknowledged, failed, p99 } = load.sinceLast();
      const shown = Object.entries(figures).map(
        ([name, value]) => `${name} ${Math.round(value)}${unitOf(name)}`,
      );
      console.log(
        `${Math.round((performance.now() - begun) / 1_000)} s: ${acknowledged} pings (p99 ${Math.round(p99)} ms, failed ${failed}), ${hooks()} messages; ${shown.join(", ")}`,
      );
    }
    const total = await load.stop();
    const restarted = processesOf(instance) !== first;
    if (restarted) console.log("A process was started again meanwhile: see product.log with --keep.");
    close();
    const grown = growthOf(seen.slice(Math.floor(seen.length * WARM_SHARE)));
    console.log(
      `\n${total.acknowledged} pings acknowledged, ${total.failed} failed, ${hooks()} messages sent.`,
    );
    for (const { name, from, to, isTooMuch } of grown)
      console.log(
        `${isTooMuch ? "GROWS " : "      "}${name}: ${from.toFixed(0)} → ${to.toFixed(0)}${unitOf(name)}`,
      );
    return !restarted && grown.every(({ isTooMuch }) => !isTooMuch);
  } finally {
    await instance.stop();
    if (!values.keep) rmSync(home, { recursive: true, force: true });
  }
}

/** The processes that run now; others after one was started again. */
function processesOf(instance: Instance): string {
  return [instance.pid(), ...PROGRAMS.map((program) => instance.process(program))].join();
}

function unitOf(name: string): string {
  return UNITS.find(({ suffix }) => name.endsWith(suffix))?.unit ?? "";
}
