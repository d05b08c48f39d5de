import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { areIncreasing } from "./compare.ts";
import { questions } from "./questions.ts";
import type { Answer, Question, RealProgram } from "./real-program.ts";
import type { RealScheduler } from "./schedulers.ts";

const VECTORS = join(import.meta.dirname, "../../packages/schedules/vectors");
const FOLDER = join(VECTORS, "schedulers");
/** How many times to ask for if the vector has none. */
const USUAL_COUNT = 4;

/** An expression, its zone, the start, and its next times in seconds from the start; null: the program refuses it. */
const Vector = z.tuple([z.string(), z.string(), z.iso.datetime(), z.array(z.number()).nullable()]);
const Vectors = z.object({ vectors: z.array(Vector).min(1) });

type Difference = { question: Question; wanted: readonly number[] | null; answer: Answer | null };

/**
 * Asks the real program for each of a scheduler's vectors, and returns the answers that differ. If none do, the driver asks the
 * program as the makers of the vectors did. All refusals count as equal, whatever their text.
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

/**
 * Asks the real program for random lines in the zones whose offsets are stored with the vectors, and writes its first `count`
 * answers as the vectors of a scheduler that has none yet. Answers whose times do not increase are left out.
 */
export async function writeVectors(
  program: RealProgram,
  scheduler: RealScheduler,
  { seed, count }: { seed: number; count: number },
): Promise<void> {
  const { id, packages } = scheduler;
  const { zones } = JSON.parse(readFileSync(join(VECTORS, "scheduler-offsets.json"), "utf8")) as {
    zones: Record<string, unknown>;
  };
  const vectors: z.infer<typeof Vector>[] = [];
  for (const question of questions(scheduler, { seed, count: Infinity })) {
    if (vectors.length === count) break;
    if (!Object.hasOwn(zones, question.tz)) continue;
    const { expr, tz, after } = question;
    const answer = await program.ask(question);
    if (answer === null) continue;
    const start = Date.parse(after);
    const times = "error" in answer ? null : answer.next.map((time) => Date.parse(time));
    if (times !== null && !areIncreasing([start, ...times])) continue;
    vectors.push([expr, tz, after, times?.map((time) => (time - start) / 1000) ?? null]);
  }
  const text = vectors.map((vector) => JSON.stringify(vector)).join(",\n");
  writeFileSync(
    join(FOLDER, `${id}.json`),
    `{"source":${JSON.stringify(packages.join(", "))},\n"vectors":[\n${text}\n]}\n`,
  );
}

function agrees(answer: Answer | null, wanted: readonly number[] | null, start: number): boolean {
  if (answer === null) return false;
  if ("error" in answer) return wanted === null;
  return wanted?.join() === answer.next.map((time) => (Date.parse(time) - start) / 1000).join();
}
