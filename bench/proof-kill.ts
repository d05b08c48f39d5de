import { type Blow, flush, killChecker, killSender, prove } from "./alerts/prove.ts";

/**
 * `npm run proof:kill`: 1,000 checks miss their deadline at once; while their alerts go out the checker is killed with
 * SIGKILL ten times (and started again), then the sender, the process that asks the providers, ten times, then Redis
 * is emptied ten times. Every alert must arrive. A dead checker repeats nothing; a dead sender repeats what was sent and
 * not yet recorded. Prints what was lost and what came twice. SINK_ANSWER_MS: how long the receiver takes; one that takes
 * long gets many at once, all of which a dead sender repeats, so its figure has no aim there.
 */
const CHECKS = Number(process.env["PROOF_CHECKS"] ?? 1_000);
const BLOWS = Number(process.env["PROOF_BLOWS"] ?? 10);
const ANSWER_MS = Number(process.env["SINK_ANSWER_MS"] ?? 0);

let wrong = 0;
await tell("postgres", "SIGKILL of the checker", killChecker);
await tell("redis", "SIGKILL of the checker", killChecker);
await tell("postgres", "SIGKILL of the sender", killSender);
await tell("redis", "FLUSHALL", flush);
process.exitCode = wrong > 0 ? 1 : 0;

async function tell(store: "postgres" | "redis", name: string, blow: Blow): Promise<void> {
  const proof = { checks: CHECKS, blows: BLOWS, answerMs: ANSWER_MS, store };
  const { lost, twice, restSeconds } = await prove(proof, blow);
  const twiceMax = blow === killSender && ANSWER_MS > 0 ? CHECKS : BLOWS;
  if (lost > 0 || twice > twiceMax) wrong += 1;
  console.log(
    `${store}, ${name}, ${BLOWS} times: ${CHECKS} alerts, lost ${lost}, came twice ${twice} (at most ${twiceMax}); ` +
      `the last arrived ${restSeconds.toFixed(1)} s after the last blow`,
  );
}
