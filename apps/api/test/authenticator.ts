import { type TOTP, URI } from "otpauth";

import { cookieOf, type person, read } from "./test-api.ts";

type Person = Awaited<ReturnType<typeof person>>;

/** The code that a phone shows at this instant, by the address in the QR code. */
export function phone(uri: string): (at?: number) => string {
  const totp = URI.parse(uri) as TOTP;
  return (at = Date.now()) => totp.generate({ timestamp: at });
}

/** Protects a person's account with an authenticator app. The set-up has used the code of the moment before. */
export async function withAuthenticator({ as }: Pick<Person, "as">) {
  const { uri } = await read<{ uri: string }>(await as("POST", "/v1/me/authenticator"));
  const codeAt = phone(uri);
  const code = codeAt(Date.now() - 30_000);
  const response = await as("POST", "/v1/me/authenticator/confirm", { code });
  if (response.status !== 200) throw new Error(await response.text());
  const { recoveryCodes } = await read<{ recoveryCodes: string[] }>(response);
  return { codeAt, usedCode: code, recoveryCodes, cookie: cookieOf(response) };
}
