import { mailAddress, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "@overdue/core";
import { passwordProblem } from "@overdue/db";
import { z } from "zod";

import { ApiError } from "../http/problem.ts";

/** An address in lower case, as accounts store it. */
export const EmailInput = mailAddress(
  "Write an e-mail address, such as ada@example.org.",
  "ascii domain",
).transform((email) => email.toLowerCase());
export const NameInput = z.string().trim().max(100, "Use at most 100 characters.");
export const TokenInput = z
  .string()
  .min(1, "Open the link of the mail.")
  .max(200)
  .meta({ description: "What follows `token=` in the link. It works once." });
export const SignedIn = z.object({ userId: z.string() }).meta({ id: "SignedIn" });
export const MailSent = z.object({ mailSent: z.literal(true) }).meta({
  id: "MailSent",
  description:
    "The answer is the same whether or not the address has an account, and whether or not it had too many mails lately.",
});

/** The length of a new password; `refuseWeakPassword` checks everything else. */
export const NewPassword = z
  .string()
  .min(PASSWORD_MIN_CHARS, `Use at least ${PASSWORD_MIN_CHARS} characters.`)
  .max(PASSWORD_MAX_CHARS, `Use at most ${PASSWORD_MAX_CHARS} characters.`)
  .meta({
    description: `At least ${PASSWORD_MIN_CHARS} characters, and none of the passwords that are guessed first.`,
  });

/** Refuses a password that is easy to guess. @throws 400 with the reason, for the given field */
export function refuseWeakPassword(password: string, email: string, field = "password"): void {
  const problem = passwordProblem(password, email);
  if (problem !== null) throw ApiError.invalid(field, problem);
}
