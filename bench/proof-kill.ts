import { type Blow, flush, killChecker, killSender, prove } from "./alerts/prove.ts";

/**
 * `npm run proof:kill`: 1,000 checks miss their deadline at once. While their alerts are sent, the checker is killed with
 * SIGKILL ten times and started again; in further rounds the sender, the process that calls the providers, is killed ten times,
 * and Redis is emptied ten times. Every alert must arrive. A killed checker repeats nothing; a killed sender repeats what was
 * sent and not yet recorded. Prints what was lost and what came twice. SINK_ANSWER_MS: how long the receiver takes. A slow
 * receiver gets many alerts at once, all of which a killed sender repeats, so with one the number of repeats has no limit.
 */
const CHECKS = Number(process.env["PROOF_CHECKS"] ?? 1_000);
const BLOWS = Number(process.env["PROOF_BLOWS"] ?? 10);
const ANSWER_MS = Number(process.env["SINK_ANSWER_MS"] ?? 0);

let wrong = 0;
await run("postgres", "SIGKILL of the checker", killChecker);
await run("redis", "SIGKILL of the checker", killChecker);
await run("postgres", "SIGKILL of the sender", killSender);
await run("redis", "FLUSHALL", flush);
process.exitCode = wrong > 0 ? 1 : 0;

async function run(store: "postgres" | "redis", name: string, blow: Blow): Promise<void> {
  const proof = { checks: CHECKS, blows: BLOWS, answerMs: ANSWER_MS, store };
  const { lost, twice, restSeconds } = await prove(proof, blow);
  const twiceMax = blow === killSender && ANSWER_MS > 0 ? CHECKS : BLOWS;
  if (lost > 0 || twice > twiceMax) wrong += 1;
  console.log(
    `${store}, ${name}, ${BLOWS} times: ${CHECKS} alerts, lost ${lost}, came twice ${twice} (at most ${twiceMax}); ` +
      `the last arrived ${restSeconds.toFixed(1)} s after the last blow`,
  );
}
