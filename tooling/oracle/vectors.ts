import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Answer, Question, RealProgram } from "./real-program.ts";

const FOLDER = join(import.meta.dirname, "../../packages/schedules/vectors/schedulers");
/** Asked for where the vector has no times. */
const USUAL_COUNT = 4;

/** An expression, its zone, the start, and its next times in seconds from there; null where the program refuses it. */
const Vector = z.tuple([z.string(), z.string(), z.iso.datetime(), z.array(z.number()).nullable()]);
const Vectors = z.object({ vectors: z.array(Vector).min(1) });

type Difference = { question: Question; wanted: readonly number[] | null; answer: Answer | null };

/**
 * Asks the real program for each of a scheduler's vectors, and returns the answers that differ: where there are none, the
 * driver asks the program as the makers of the vectors did. A refusal is a refusal in whatever words.
 */
export async function replayVectors(
  program: RealProgram,
  id: string,
): Promise<{ asked: number; different: Difference[] }> {
  const { vectors } = Vectors.parse(JSON.parse(readFileSync(join(FOLDER, `${id}.json`), "utf8")));
  const different: Difference[] = [];
  for (const [expr, tz, after, wanted] of vectors) {
    const question = { expr, tz, after, count: wanted?.length || USUAL_COUNT };
    const answer = await program.ask(question);
    if (!agrees(answer, wanted, Date.parse(after))) different.push({ question, wanted, answer });
  }
  return { asked: vectors.length, different };
}

function agrees(answer: Answer | null, wanted: readonly number[] | null, start: number): boolean {
  if (answer === null) return false;
  if ("error" in answer) return wanted === null;
  return wanted?.join() === answer.next.map((time) => (Date.parse(time) - start) / 1000).join();
}
