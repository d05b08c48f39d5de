import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Answer, RealProgram } from "./real-program.ts";

const Vector = z.object({
  expr: z.string(),
  tz: z.string(),
  after: z.iso.datetime(),
  next: z.array(z.iso.datetime()).optional(),
  error: z.string().optional(),
});
export type Vector = z.infer<typeof Vector>;

/** Asked for where the vector has no times. */
const USUAL_COUNT = 4;

/**
 * Asks the real program for each vector of a file `{vectors: [{expr, tz, after, next | error}]}`. A refusal is a refusal
 * in whatever words. Returns the answers that differ.
 */
export async function replayVectors(
  program: RealProgram,
  file: string,
): Promise<{ asked: number; different: { vector: Vector; answer: Answer | null }[] }> {
  const { vectors } = z.object({ vectors: z.array(Vector) }).parse(JSON.parse(readFileSync(file, "utf8")));
  const different = [];
  for (const vector of vectors) {
    const { expr, tz, after, next = [] } = vector;
    const answer = await program.ask({ expr, tz, after, count: next.length || USUAL_COUNT });
    if (!agrees(vector, answer)) different.push({ vector, answer });
  }
  return { asked: vectors.length, different };
}

function agrees({ next, error }: Vector, answer: Answer | null): boolean {
  if (answer === null) return false;
  if ("error" in answer) return error !== undefined;
  return next?.map(instantOf).join() === answer.next.map(instantOf).join();
}

function instantOf(time: string): number {
  return Date.parse(time);
}
