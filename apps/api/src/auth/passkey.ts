import {
  findPasskey,
  listPasskeys,
  type PasskeyRow,
  saveSignInState,
  takeSignInState,
  usePasskey,
} from "@overdue/db";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { dropSignInCookie, readSignInCookie, setSignInCookie } from "./sign-in-cookie.ts";

/** What the browser hands over, as WebAuthn's JSON; the library reads the rest of it. */
export const PasskeyResponse = z
  .looseObject({
    id: z.string().min(1).max(2_000),
    rawId: z.string().max(2_000),
    type: z.literal("public-key"),
    response: z.record(z.string(), z.unknown()),
    clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  })
  .meta({ id: "PasskeyResponse", description: "The credential that the browser made, by its `toJSON()`." });
type PasskeyResponse = z.infer<typeof PasskeyResponse>;
export const PasskeyOptions = z
  .looseObject({ challenge: z.string() })
  .meta({ id: "PasskeyOptions", description: "For `navigator.credentials`, as WebAuthn's JSON." });

const CHALLENGE_SECONDS = 300;
const Remembered = z.object({ challenge: z.string() });

/** Loaded with the first passkey, since its cryptography takes time to load. */
async function library() {
  return await import("@simplewebauthn/server");
}

/** A browser has no passkeys for an address in numbers, so on this machine they belong to its name. */
function relyingParty({ var: { deps } }: AppContext): { id: string; origins: string[] } {
  const { hostname } = new URL(deps.settings.publicUrl);
  return { id: hostname === "127.0.0.1" ? "localhost" : hostname, origins: [...deps.settings.origins] };
}

type Known = { userId: string; email: string };

/** Options for making a passkey; their challenge is remembered for this person and this browser. */
export async function beginRegistration(c: AppContext, { userId, email }: Known) {
  const { generateRegistrationOptions } = await library();
  const known = await listPasskeys(c.var.deps.db, userId);
  const options = await generateRegistrationOptions({
    rpName: "Overdue",
    rpID: relyingParty(c).id,
    userID: new TextEncoder().encode(userId),
    userName: email,
    attestationType: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: known.map(({ credentialId: id }) => ({ id })),
  });
  await remember(c, { kind: "passkey-registration", userId }, options.challenge);
  return asJson(options);
}

/** The passkey that a device has made for this person. @throws 400 */
export async function finishRegistration(c: AppContext, userId: string, response: PasskeyResponse) {
  const expected = await recall(c, "passkey-registration", userId);
  const { verifyRegistrationResponse } = await library();
  const { id, origins } = relyingParty(c);
  const verified = await verifyRegistrationResponse({
    response: response as unknown as RegistrationResponseJSON,
    expectedChallenge: expected,
    expectedOrigin: origins,
    expectedRPID: id,
    requireUserVerification: true,
  }).catch(refuse);
  if (!verified.verified) return refuse("not verified");
  const { credential } = verified.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    counter: credential.counter,
    transports: [...(credential.transports ?? [])],
  };
}

/** Options for using a passkey. They are the same for everybody: the device knows whose it is. */
export async function beginAuthentication(c: AppContext) {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(c).id,
    userVerification: "required",
  });
  await remember(c, { kind: "passkey-sign-in", userId: null }, options.challenge);
  return asJson(options);
}

/** The passkey that a device has proved to hold; its person touched it and proved to it who they are. @throws 400 */
export async function finishAuthentication(c: AppContext, response: PasskeyResponse): Promise<PasskeyRow> {
  const { db } = c.var.deps;
  const expected = await recall(c, "passkey-sign-in", null);
  const passkey = await findPasskey(db, response.id);
  if (passkey === null) return refuse("unknown");
  const { verifyAuthenticationResponse } = await library();
  const { id, origins } = relyingParty(c);
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: response as unknown as AuthenticationResponseJSON,
    expectedChallenge: expected,
    expectedOrigin: origins,
    expectedRPID: id,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
      counter: passkey.counter,
    },
  }).catch(refuse);
  if (!verified) return refuse("not verified");
  const isUsed = await usePasskey(db, { id: passkey.id, counter: authenticationInfo.newCounter });
  return isUsed ? passkey : refuse("an older counter");
}

/** Without the fields that are undefined, which JSON leaves out. */
function asJson(options: object): z.infer<typeof PasskeyOptions> {
  return PasskeyOptions.parse(JSON.parse(JSON.stringify(options)));
}

type StateKind = "passkey-registration" | "passkey-sign-in";

async function remember(
  c: AppContext,
  state: { kind: StateKind; userId: string | null },
  challenge: string,
): Promise<void> {
  const kept = { ...state, data: { challenge }, seconds: CHALLENGE_SECONDS };
  const token = await saveSignInState(c.var.deps.db, kept);
  setSignInCookie(c, "passkey", { value: token, seconds: CHALLENGE_SECONDS });
}

/** The challenge that this browser was given; it is used up, whether or not the answer to it is right. @throws 400 */
async function recall(c: AppContext, kind: StateKind, userId: string | null): Promise<string> {
  const state = await takeSignInState(c.var.deps.db, kind, readSignInCookie(c, "passkey"));
  dropSignInCookie(c, "passkey");
  if (state === null || state.userId !== userId) return refuse("no challenge");
  return Remembered.parse(state.data).challenge;
}

function refuse(cause: unknown): never {
  throw new ApiError("invalid_input", "This passkey was not accepted: try again.", { cause });
}
