import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, passwordProblem } from "@overdue/db";
import { z } from "zod";

import { ApiError } from "../http/problem.ts";

/** A password that is chosen now; `refuseWeak` looks at the rest. */
export const NewPassword = z
  .string()
  .min(PASSWORD_MIN_CHARS, `Use at least ${PASSWORD_MIN_CHARS} characters.`)
  .max(PASSWORD_MAX_CHARS, `Use at most ${PASSWORD_MAX_CHARS} characters.`)
  .meta({ description: "At least 12 characters, and none of the passwords that are guessed first." });

/** @throws 400 with the reason, for the field that held it */
export function refuseWeak(password: string, email: string, field = "password"): void {
  const problem = passwordProblem(password, email);
  if (problem !== null) throw ApiError.invalid(field, problem);
}
