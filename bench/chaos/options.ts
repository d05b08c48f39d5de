import { join } from "node:path";
import { parseArgs } from "node:util";

/** What one run of the chaos command does. All times that are decided by chance follow from `seed`. */
export type Options = {
  seed: number;
  /** For how long faults are injected; the settling afterwards comes on top. */
  minutes: number;
  /** Where the queue of deliveries is. */
  mode: "postgres" | "redis";
  /** "embedded": one `npm start` with its own PostgreSQL. "own": two of them on one PostgreSQL behind a proxy. */
  servers: "embedded" | "own";
  /** Pings per second of the jobs that never fail. */
  rate: number;
  /** Mean pause between two faults, in milliseconds. */
  faultEveryMs: number;
  /** After the last fault, everything must be notified within this time: a resting channel is tried each half minute. */
  settleMs: number;
  /** Only the faults with these names; null: all that the machine allows. */
  only: readonly string[] | null;
  /** The name of a planted fault in the product, which the run must report; null: the product as it is. */
  broken: string | null;
  /** The folder of the clone whose product is started. */
  source: string;
  /** Whether each fault is printed when it begins. */
  isVerbose: boolean;
};

const SETTLE_MS = 150_000;
const ROOT = join(import.meta.dirname, "../..");

/** Reads the command line. @throws Error for a value that is no number or no known word */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "5" },
      mode: { type: "string", default: "postgres" },
      servers: { type: "string" },
      rate: { type: "string", default: "150" },
      "fault-every": { type: "string" },
      only: { type: "string" },
      kills: { type: "boolean", default: false },
      broken: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  const seed = numberOf("seed", values.seed);
  // Both forms of running the product get their turn in a row of seeds.
  const servers = values.servers ?? (seed % 2 === 1 ? "embedded" : "own");
  return {
    seed,
    minutes: numberOf("minutes", values.minutes),
    mode: oneOf("mode", values.mode, ["postgres", "redis"] as const),
    servers: oneOf("servers", servers, ["embedded", "own"] as const),
    rate: numberOf("rate", values.rate),
    faultEveryMs: numberOf("fault-every", values["fault-every"] ?? (values.kills ? "0.5" : "3")) * 1_000,
    settleMs: SETTLE_MS,
    only: values.only?.split(",") ?? (values.kills ? ["kill"] : null),
    broken: values.broken ?? null,
    source: ROOT,
    isVerbose: values.verbose,
  };
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text === "" || !Number.isFinite(number) || number < 0) throw new Error(`--${name} must be a number.`);
  return number;
}

function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new Error(`--${name} must be ${words.join(" or ")}.`);
  return word;
}

/** The command that repeats a run. */
export function commandOf({
  seed,
  minutes,
  mode,
  servers,
  rate,
  faultEveryMs,
  only,
  broken,
}: Options): string {
  const words = [
    `npm run chaos -- --seed ${seed} --minutes ${minutes} --mode ${mode} --servers ${servers} --rate ${rate}`,
    `--fault-every ${faultEveryMs / 1_000}`,
    ...(only === null ? [] : [`--only ${only.join(",")}`]),
    ...(broken === null ? [] : [`--broken ${broken}`]),
  ];
  return words.join(" ");
}
