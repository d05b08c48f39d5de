import { type AppContext, personOf } from "../http/context.ts";
import { groupOf, refuseBeyond } from "../http/budget.ts";
import { findDevice, rememberDevice } from "./device-cookie.ts";

/**
 * Lets an attempt to sign in through. Wrong passwords make the next attempt wait, longer each time, but whoever knows
 * an address cannot keep its owner out: nobody is refused for what strangers tried, and a browser that signed in before
 * does not even wait. Only a network that floods us is refused for some minutes.
 * @throws 429
 */
export async function signingIn<T>(c: AppContext, email: string, attempt: () => Promise<T>): Promise<T> {
  const { limits } = c.var.deps;
  const group = groupOf(c);
  const deviceId = await findDevice(c, email);
  if (deviceId === null || (await limits.signInOfDevice(deviceId)).isRefused) {
    refuseBeyond(c, await limits.signInOfAddress(group), "Too many attempts from your network.");
    await waitForTurn(c, email);
  }
  const outcome = await attempt();
  await limits.signedIn({ email, group, deviceId });
  await rememberDevice(c, email);
  return outcome;
}

async function waitForTurn(c: AppContext, email: string): Promise<void> {
  const { limits, pause } = c.var.deps;
  const waitMs = await limits.signInDelayMs(email, groupOf(c));
  if (waitMs > 0) await pause(waitMs);
}

/** @throws 429 */
export async function countSignUp(c: AppContext): Promise<void> {
  refuseBeyond(c, await c.var.deps.limits.signUp(groupOf(c)), "Too many accounts from your network.");
}

/** Asking for a mail, and showing a link of one. @throws 429 */
export async function countMailRequest(c: AppContext): Promise<void> {
  refuseBeyond(c, await c.var.deps.limits.mailRequest(groupOf(c)), "Too many requests from your network.");
}

/** @throws 429 */
export async function countPasswordChange(c: AppContext): Promise<void> {
  const standing = await c.var.deps.limits.passwordChange(personOf(c).userId);
  refuseBeyond(c, standing, "Too many attempts to change the password.");
}
