import { type Blow, flush, kill, killCourier, prove } from "./alerts/prove.ts";

/**
 * `npm run proof:kill`: 1,000 checks miss their deadline at once; while their alerts go out the checker is killed with
 * SIGKILL ten times (and started again), then its courier, the process that asks the providers, ten times, then Redis
 * is emptied ten times. Every alert must arrive. A dead checker repeats nothing, since its courier ends and records what
 * is under way; a dead courier repeats what was sent and not yet recorded. Prints what was lost and what came twice.
 * SINK_ANSWER_MS: how long the receiver takes; one that takes long gets many at once, all of which a dead courier
 * repeats, so its figure has no aim there.
 */
const CHECKS = Number(process.env["PROOF_CHECKS"] ?? 1_000);
const BLOWS = Number(process.env["PROOF_BLOWS"] ?? 10);
const ANSWER_MS = Number(process.env["SINK_ANSWER_MS"] ?? 0);

let wrong = 0;
await tell("postgres", "SIGKILL of the checker", kill);
await tell("redis", "SIGKILL of the checker", kill);
await tell("postgres", "SIGKILL of its courier", killCourier);
await tell("redis", "FLUSHALL", flush);
process.exitCode = wrong > 0 ? 1 : 0;

async function tell(store: "postgres" | "redis", name: string, blow: Blow): Promise<void> {
  const proof = { checks: CHECKS, blows: BLOWS, answerMs: ANSWER_MS, store };
  const { lost, twice, restSeconds } = await prove(proof, blow);
  const twiceMax = blow === killCourier && ANSWER_MS > 0 ? CHECKS : BLOWS;
  if (lost > 0 || twice > twiceMax) wrong += 1;
  console.log(
    `${store}, ${name}, ${BLOWS} times: ${CHECKS} alerts, lost ${lost}, came twice ${twice} (at most ${twiceMax}); ` +
      `the last arrived ${restSeconds.toFixed(1)} s after the last blow`,
  );
}
