/** Asks the person to prove again who they are. @returns whether they did */
type Prover = () => Promise<boolean>;

let prover: Prover | null = null;
let underWay: Promise<boolean> | null = null;

/** Says how to ask; the app's own dialog does. */
export function setProver(ask: Prover | null): void {
  prover = ask;
}

/** Asks once, however many requests were refused for it at the same time. @returns false if nobody can be asked */
export async function prove(): Promise<boolean> {
  if (prover === null) return false;
  underWay ??= prover().finally(() => {
    underWay = null;
  });
  return await underWay;
}

/** The code of the API's refusal. */
export const PROOF_NEEDED = "fresh_sign_in_needed";
