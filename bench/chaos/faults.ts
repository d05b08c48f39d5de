import { setTimeout as wait } from "node:timers/promises";

import { COMBINED, flushAll } from "./combined-faults.ts";
import type { Fault, World } from "./fault.ts";
import type { Instance } from "./instance.ts";
import { type Program, signal } from "./processes.ts";
import { type Product, signalPostgres } from "./product.ts";
import { HOOKS } from "./population.ts";
import { MOODS } from "./provider.ts";
import type { Proxy } from "./proxy.ts";

const PROGRAMS: readonly Program[] = ["api", "checker", "sender"];
const KILL_WEIGHTS: Record<Program, number> = { api: 20, checker: 15, sender: 20 };

const hasProxy = ({ postgresProxy }: Product) => postgresProxy !== null;
const hasRedis = ({ redis }: Product) => redis !== null;

/** Every kind of fault that the harness knows. */
export const FAULTS: readonly Fault[] = [
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
  ...COMBINED,
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
