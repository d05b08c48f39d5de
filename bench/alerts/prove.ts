import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { addHerd, makeModel } from "./herd.ts";
import { type Product, startProduct } from "./product.ts";

/** The processes by which an alert goes out. */
type Running = { checker: ChildProcess; sender: ChildProcess };
/** What is done to the product while alerts go out. @returns what runs afterwards */
export type Blow = (product: Product, running: Running) => Promise<Running>;
export type Proof = { checks: number; blows: number; answerMs: number; store: "postgres" | "redis" };
/** `restSeconds`: from the last blow to the last alert. */
export type Proven = { lost: number; twice: number; restSeconds: number };

const LONGEST_MS = 120_000;
/** Whatever comes twice has come by then. */
const TWICE_WITHIN_MS = 5_000;

/** SIGKILL of the checker, and a new one. */
export const killChecker: Blow = async (product, running) => {
  await kill(running.checker);
  return { ...running, checker: await product.startChecker() };
};

/** SIGKILL of the process that asks the providers, and a new one. */
export const killSender: Blow = async (product, running) => {
  await kill(running.sender);
  return { ...running, sender: await product.startSender() };
};

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Redis loses all it holds. */
export const flush: Blow = async ({ redisUrl }, running) => {
  const { hostname, port } = new URL(redisUrl ?? "");
  const socket = connect(Number(port), hostname);
  socket.write("FLUSHALL\r\n");
  await once(socket, "data");
  socket.destroy();
  return running;
};

/**
 * Lets many checks miss their deadline at once, strikes again and again while their alerts go out, and counts at the
 * receiver what was lost and what came twice.
 */
export async function prove({ checks, blows, answerMs, store }: Proof, blow: Blow): Promise<Proven> {
  const product = await startProduct(store, answerMs);
  try {
    const model = await makeModel(product.pool, product.sink.url);
    await addHerd(product.pool, model, { count: checks, deadlineAt: Date.now() + 3_000 });
    let running = { checker: await product.startChecker(), sender: await product.startSender() };
    for (let number = 1; number <= blows; number += 1) {
      await received(product, Math.floor((checks * number) / (blows + 1)));
      running = await blow(product, running);
    }
    const struckAt = Date.now();
    await received(product, checks);
    const restSeconds = (Date.now() - struckAt) / 1_000;
    await wait(TWICE_WITHIN_MS);
    const calls = await product.sink.calls();
    const different = new Set(calls.map(([id]) => id)).size;
    return { lost: checks - different, twice: calls.length - different, restSeconds };
  } finally {
    await product.stop();
  }
}

/** Waits until so many different alerts have arrived. */
async function received({ sink }: Product, count: number): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  const isEnough = async () => new Set((await sink.calls()).map(([id]) => id)).size >= count;
  while (!(await isEnough()) && Date.now() < until) await wait(20);
}
