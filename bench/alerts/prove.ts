import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { addHerd, makeModel } from "./herd.ts";
import { type Product, startProduct } from "./product.ts";

/** The processes that send alerts. */
type Running = { checker: ChildProcess; sender: ChildProcess };
/** Damages the product while alerts are sent. @returns the processes that run afterwards */
export type Blow = (product: Product, running: Running) => Promise<Running>;
export type Proof = { checks: number; blows: number; answerMs: number; store: "postgres" | "redis" };
/** `restSeconds`: from the last blow to the last alert. */
export type Proven = { lost: number; twice: number; restSeconds: number };

const WAIT_MS_MAX = 120_000;
/** A second copy comes within this time. */
const TWICE_WITHIN_MS = 5_000;

/** Kills the checker with SIGKILL and starts a new one. */
export const killChecker: Blow = async (product, running) => {
  await kill(running.checker);
  return { ...running, checker: await product.startChecker() };
};

/** Kills the sender, the process that calls the providers, with SIGKILL and starts a new one. */
export const killSender: Blow = async (product, running) => {
  await kill(running.sender);
  return { ...running, sender: await product.startSender() };
};

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Empties Redis. */
export const flush: Blow = async ({ redisUrl }, running) => {
  const { hostname, port } = new URL(redisUrl ?? "");
  const socket = connect(Number(port), hostname);
  socket.write("FLUSHALL\r\n");
  await once(socket, "data");
  socket.destroy();
  return running;
};

/**
 * Lets many checks miss their deadline at once, deals blows while their alerts are sent, and counts at the receiver which
 * alerts were lost and which came twice.
 */
export async function prove({ checks, blows, answerMs, store }: Proof, blow: Blow): Promise<Proven> {
  const product = await startProduct(store, answerMs);
  try {
    const model = await makeModel(product.pool, product.sink.url);
    await addHerd(product.pool, model, { count: checks, deadlineAt: Date.now() + 3_000 });
    let running = { checker: await product.startChecker(), sender: await product.startSender() };
    for (let number = 1; number <= blows; number += 1) {
      await waitForCalls(product, Math.floor((checks * number) / (blows + 1)));
      running = await blow(product, running);
    }
    const struckAt = Date.now();
    await waitForCalls(product, checks);
    const restSeconds = (Date.now() - struckAt) / 1_000;
    await wait(TWICE_WITHIN_MS);
    const calls = await product.sink.calls();
    const different = new Set(calls.map(([id]) => id)).size;
    return { lost: checks - different, twice: calls.length - different, restSeconds };
  } finally {
    await product.stop();
  }
}

/** Waits until `count` different alerts have arrived. */
async function waitForCalls({ sink }: Product, count: number): Promise<void> {
  const until = Date.now() + WAIT_MS_MAX;
  const isEnough = async () => new Set((await sink.calls()).map(([id]) => id)).size >= count;
  while (!(await isEnough()) && Date.now() < until) await wait(20);
}
