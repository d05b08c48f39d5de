import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import type { Instance } from "./instance.ts";
import { type Ledger, now } from "./ledger.ts";
import { type Program, signal } from "./processes.ts";
import { type Product, signalPostgres } from "./product.ts";
import { HOOKS } from "./population.ts";
import { MOODS, type Provider } from "./provider.ts";
import type { Proxy } from "./proxy.ts";
import type { Random } from "./random.ts";

/** What a fault may touch. */
export type World = { product: Product; provider: Provider; random: Random; ledger: Ledger };

/** One kind of fault. `run` resolves when its cause is over, or with false where there was nothing to strike. */
type Fault = {
  name: string;
  /** How often it is picked, against the others. */
  weight: number;
  isKill?: boolean;
  /** It takes the database away as a whole: no two of these follow each other closely. */
  isHeavy?: boolean;
  /** Whether this run has what it strikes. */
  isPossible?: (product: Product) => boolean;
  run: (world: World) => Promise<boolean | void>;
};

const PROGRAMS: readonly Program[] = ["api", "checker", "sender"];
const KILL_WEIGHTS: Record<Program, number> = { api: 20, checker: 15, sender: 20 };

const hasProxy = ({ postgresProxy }: Product) => postgresProxy !== null;
const hasRedis = ({ redis }: Product) => redis !== null;

/** Every kind of fault that the harness knows. */
const FAULTS: readonly Fault[] = [
  ...PROGRAMS.map(killOf),
  ...PROGRAMS.map(freezeOf),
  {
    name: "kill supervisor",
    weight: 5,
    isKill: true,
    isHeavy: true,
    run: (world) => strike(anInstance(world).pid()),
  },
  {
    name: "freeze supervisor",
    weight: 2,
    run: (world) => freeze(anInstance(world).pid(), world.random.between(2_000, 15_000)),
  },
  { name: "kill PostgreSQL", weight: 5, isKill: true, isHeavy: true, run: killPostgres },
  { name: "kill api while PostgreSQL is frozen", weight: 3, isKill: true, isHeavy: true, run: killWaiting },
  { name: "freeze PostgreSQL", weight: 3, isHeavy: true, run: freezePostgres },
  ...proxyFaults("PostgreSQL", {
    of: ({ postgresProxy }) => postgresProxy,
    isPossible: hasProxy,
    isHeavy: true,
  }),
  ...proxyFaults("Redis", { of: ({ redis }) => redis?.proxy ?? null, isPossible: hasRedis, isHeavy: false }),
  {
    name: "PostgreSQL away for a minute",
    weight: 0.5,
    isPossible: hasProxy,
    isHeavy: true,
    run: awayForAMinute,
  },
  {
    name: "kill Redis",
    weight: 5,
    isKill: true,
    isPossible: hasRedis,
    run: ({ product }) => restartRedis(product),
  },
  {
    name: "freeze Redis",
    weight: 4,
    isPossible: hasRedis,
    run: ({ product, random }) => freeze(product.redis?.pid() ?? null, random.between(1_000, 12_000)),
  },
  {
    name: "set the database's clock",
    weight: 3,
    isHeavy: true,
    isPossible: ({ databaseClock }) => databaseClock !== null,
    run: setClock,
  },
  { name: "FLUSHALL", weight: 5, isPossible: hasRedis, run: ({ product }) => flushAll(product) },
  { name: "provider fails", weight: 20, run: worsenProvider },
  { name: "full disk", weight: 4, isHeavy: true, isPossible: ({ disk }) => disk !== null, run: fillDisk },
  { name: "rolling restart", weight: 3, isHeavy: true, run: rollingRestart },
];

function killOf(program: Program): Fault {
  return {
    name: `kill ${program}`,
    weight: KILL_WEIGHTS[program],
    isKill: true,
    run: (world) => strike(anInstance(world).process(program)),
  };
}

function freezeOf(program: Program): Fault {
  return {
    name: `freeze ${program}`,
    weight: 4,
    run: (world) => freeze(anInstance(world).process(program), world.random.between(1_000, 12_000)),
  };
}

function anInstance({ product, random }: World): Instance {
  return random.pick(product.instances);
}

function strike(pid: number | null): Promise<boolean> {
  return Promise.resolve(pid !== null && signal(pid, "SIGKILL"));
}

async function freeze(pid: number | null, ms: number): Promise<boolean> {
  if (pid === null || !signal(pid, "SIGSTOP")) return false;
  await wait(ms);
  signal(pid, "SIGCONT");
  return true;
}

function killPostgres({ product, random }: World): Promise<boolean> {
  const pid = product.postgres();
  if (pid === null) return Promise.resolve(false);
  // Half of the time the postmaster alone, whose orphans then hold its memory for a moment.
  if (random.next() < 0.5) return strike(pid);
  signalPostgres(pid, "SIGKILL");
  return Promise.resolve(true);
}

/** The pings that wait for their commit die with the process. */
async function killWaiting(world: World): Promise<boolean> {
  const pid = world.product.postgres();
  if (pid === null) return false;
  signalPostgres(pid, "SIGSTOP");
  await wait(1_000);
  const isStruck = await strike(anInstance(world).process("api"));
  signalPostgres(pid, "SIGCONT");
  return isStruck;
}

async function freezePostgres({ product, random }: World): Promise<boolean> {
  const pid = product.postgres();
  if (pid === null) return false;
  signalPostgres(pid, "SIGSTOP");
  await wait(random.between(1_000, 10_000));
  signalPostgres(pid, "SIGCONT");
  return true;
}

type Proxied = {
  of: (product: Product) => Proxy | null;
  isPossible: (product: Product) => boolean;
  isHeavy: boolean;
};

function proxyFaults(server: string, { of, isPossible, isHeavy }: Proxied): Fault[] {
  const during = async ({ product, random }: World, mode: "delay" | "black-hole" | "refuse") => {
    of(product)?.set(mode, random.between(20, 400));
    await wait(random.between(1_000, 9_000));
    of(product)?.set("pass");
  };
  return [
    { name: `slow ${server}`, weight: 4, isPossible, isHeavy, run: (world) => during(world, "delay") },
    { name: `silent ${server}`, weight: 4, isPossible, isHeavy, run: (world) => during(world, "black-hole") },
    {
      name: `unreachable ${server}`,
      weight: 4,
      isPossible,
      isHeavy,
      run: (world) => during(world, "refuse"),
    },
    {
      name: `cut ${server}`,
      weight: 6,
      isPossible,
      run: ({ product }) => Promise.resolve(of(product)?.cut()),
    },
  ];
}

async function awayForAMinute({ product }: World): Promise<void> {
  product.postgresProxy?.set("refuse");
  await wait(60_000);
  product.postgresProxy?.set("pass");
}

async function restartRedis({ redis }: Product): Promise<boolean> {
  if (redis === null) return false;
  await redis.restart();
  return true;
}

async function flushAll({ redis }: Product): Promise<boolean> {
  if (redis === null) return false;
  const socket = connect(redis.port(), "127.0.0.1");
  socket.on("error", () => undefined);
  // Unread, its answer would keep the connection open.
  socket.resume().end("FLUSHALL\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  return true;
}

async function worsenProvider({ provider, random }: World): Promise<void> {
  const hook = Math.floor(random.next() * HOOKS);
  provider.setMood(hook, random.pick(MOODS));
  await wait(random.between(2_000, 15_000));
  provider.setMood(hook, "ok");
}

async function fillDisk({ product, random }: World): Promise<void> {
  product.disk?.fill();
  await wait(random.between(2_000, 8_000));
  product.disk?.empty();
}

/** Ahead by up to ten minutes, and back some time later. */
async function setClock({ product, random }: World): Promise<void> {
  product.databaseClock?.set(Math.round(random.between(15, 600)));
  await wait(random.between(8_000, 30_000));
  product.databaseClock?.set(0);
}

async function rollingRestart({ product }: World): Promise<void> {
  for (const instance of product.instances) await instance.restart();
}

const BETWEEN_HEAVY_MS = 15_000;

/**
 * Injects faults until `until`, by the schedule that follows from the seed; several may be under way at once. Resolves when
 * every one of them is over.
 */
export async function injectFaults(
  world: World,
  plan: { until: number; everyMs: number; only: readonly string[] | null; onFault: (name: string) => void },
): Promise<void> {
  const { random, product } = world;
  const isAsked = ({ name }: Fault) => plan.only === null || plan.only.some((word) => name.includes(word));
  const possible = FAULTS.filter((fault) => isAsked(fault) && (fault.isPossible?.(product) ?? true));
  const underWay = new Set<Promise<void>>();
  let heavyFrom = 0;
  while (now() < plan.until) {
    await wait(random.between(0.2, 1.8) * plan.everyMs);
    const fault = random.pick(possible, ({ weight }) => weight);
    if (fault.isHeavy && now() < heavyFrom) continue;
    plan.onFault(fault.name);
    const running = perform(fault, world).finally(() => {
      underWay.delete(running);
      if (fault.isHeavy) heavyFrom = now() + BETWEEN_HEAVY_MS;
    });
    underWay.add(running);
    if (fault.isHeavy) heavyFrom = Infinity;
  }
  await Promise.all(underWay);
}

async function perform(fault: Fault, world: World): Promise<void> {
  const at = now();
  const struck = await fault.run(world).catch((error: unknown) => {
    process.stderr.write(`\n${fault.name} could not be done: ${String(error)}\n`);
    return false;
  });
  const until = fault.isKill ? at : now();
  if (struck !== false) world.ledger.fault({ name: fault.name, at, until, isKill: fault.isKill ?? false });
}
