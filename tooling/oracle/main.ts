import { parseArgs } from "node:util";
import { compare, type Verdict, VERDICTS } from "./compare.ts";
import { install } from "./install.ts";
import { answerOurselves } from "./ours.ts";
import { questions } from "./questions.ts";
import { type Answer, type Question, RealProgram } from "./real-program.ts";
import { type RealScheduler, realSchedulers } from "./schedulers.ts";
import { replayVectors, writeVectors } from "./vectors.ts";

const SHOWN_DEFAULT = "10";

/**
 * `npm run oracle -- <scheduler> [--count 2000] [--seed 1] [--show 10]` compares our times to those of the real program.
 * `--vectors` compares the real program to the vectors instead, which shows whether the driver asks it correctly.
 * `--write 250` makes the vectors of a new scheduler.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    show: { type: "string", default: SHOWN_DEFAULT },
    vectors: { type: "boolean", default: false },
    write: { type: "string" },
  },
});
const shown = Number(values.show);
const scheduler = realSchedulers.find(({ id }) => id === positionals[0]);
if (scheduler === undefined) {
  console.error(`Name one of: ${realSchedulers.map(({ id }) => id).join(" ")}`);
  process.exit(2);
}
const program = new RealProgram(install(scheduler));
if (values.write !== undefined)
  await writeVectors(program, scheduler, { seed: Number(values.seed), count: Number(values.write) });
const areSame =
  values.vectors || values.write !== undefined
    ? await compareVectors(scheduler)
    : await compareRandom(scheduler);
program.stop();
process.exitCode = areSame ? 0 : 1;

async function compareRandom(scheduler: RealScheduler): Promise<boolean> {
  const { id, leavesOut } = scheduler;
  const counts = new Map<Verdict, number>(VERDICTS.map((verdict) => [verdict, 0]));
  const differences: { question: Question; real: Answer | null; ours: Answer }[] = [];
  for (const question of questions(scheduler, { seed: Number(values.seed), count: Number(values.count) })) {
    const [real, ours] = [await program.ask(question), answerOurselves(question, id)];
    const verdict = question.tz in leavesOut ? "left out" : compare(question, real, ours);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    if (["different", "only ours refuses", "only theirs refuses"].includes(verdict))
      differences.push({ question, real, ours });
  }
  for (const { question, real, ours } of differences.slice(0, shown)) {
    const { expr, tz, after } = question;
    console.log(`${expr} | ${tz} | ${after}\n  theirs ${answerText(real)}\n  ours   ${answerText(ours)}`);
  }
  console.log(
    `${id}, seed ${values.seed}: ${[...counts].map(([verdict, n]) => `${n} ${verdict}`).join(", ")}`,
  );
  return differences.length === 0 && (counts.get("same") ?? 0) > 0;
}

async function compareVectors({ id }: RealScheduler): Promise<boolean> {
  const { asked, different } = await replayVectors(program, id);
  for (const { question, wanted, answer } of different.slice(0, shown))
    console.log(
      `${JSON.stringify(question)}\n  wanted ${JSON.stringify(wanted)}\n  now    ${answerText(answer)}`,
    );
  console.log(`${id}: ${asked - different.length} of ${asked} vectors reproduced`);
  return different.length === 0;
}

function answerText(answer: Answer | null): string {
  if (answer === null) return "no answer";
  if ("error" in answer) return `refuses: ${answer.error.replaceAll(/\s+/g, " ").slice(0, 160)}`;
  return answer.next.map((time) => time.replace(/:00(\.000)?Z$/, "Z")).join(" ") || "never";
}
