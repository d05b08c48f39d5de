import { now } from "./ledger.ts";
import { ownMegabytes, type Program } from "./processes.ts";
import type { Product } from "./product.ts";

const EVERY_MS = 2_000;
/** Until then a new process is still loading, and filling its caches. */
const WARM_MS = 10_000;
const PROGRAMS: readonly Program[] = ["api", "checker", "sender"];

type Life = {
  program: Program;
  firstMb: number;
  lastMb: number;
  maxMb: number;
  begunAt: number;
  warmAt: number | null;
};

/** The most that a program used, in megabytes, and by how much the longest-lived process grew after its first seconds. */
export type Memory = { program: Program; maxMb: number; growthMb: number; livedSeconds: number };

/** Watches the memory of all of the product's programs. `stop` ends that and says what was seen. */
export function watchMemory(product: Product): { stop: () => Memory[] } {
  const lives = new Map<number, Life>();
  const timer = setInterval(() => {
    for (const instance of product.instances)
      for (const program of PROGRAMS) note(lives, program, instance.process(program));
  }, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return PROGRAMS.map((program) => memoryOf(program, [...lives.values()]));
    },
  };
}

function note(lives: Map<number, Life>, program: Program, pid: number | null): void {
  if (pid === null) return;
  const megabytes = ownMegabytes(pid);
  const life = lives.get(pid) ?? {
    program,
    firstMb: megabytes,
    lastMb: megabytes,
    maxMb: megabytes,
    begunAt: now(),
    warmAt: null,
  };
  if (life.warmAt === null && now() - life.begunAt > WARM_MS) {
    life.warmAt = now();
    life.firstMb = megabytes;
  }
  if (megabytes > 0) life.lastMb = megabytes;
  life.maxMb = Math.max(life.maxMb, megabytes);
  lives.set(pid, life);
}

function memoryOf(program: Program, lives: readonly Life[]): Memory {
  const own = lives.filter((life) => life.program === program);
  const lived = ({ warmAt, begunAt }: Life) => (warmAt === null ? 0 : now() - begunAt);
  const longest = own.toSorted((one, other) => lived(other) - lived(one))[0];
  return {
    program,
    maxMb: Math.round(Math.max(0, ...own.map(({ maxMb }) => maxMb))),
    growthMb: longest?.warmAt ? Math.round(longest.lastMb - longest.firstMb) : 0,
    livedSeconds: longest === undefined ? 0 : Math.round(lived(longest) / 1_000),
  };
}
