import { mailAddress } from "@overdue/core";
import { z } from "zod";

/** An address as an account has it: in lower case. */
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
    "Said alike whether or not the address has an account, and whether or not it had too many mails lately.",
});
