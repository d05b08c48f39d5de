import { createProject, hasAccount, makeFirstAccount } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { ask } from "./ask.ts";

export type SignUp = {
  email: string;
  password: string;
  name?: string | undefined;
  setupToken?: string | undefined;
};

const Answer = z.object({ user: z.object({ id: z.string() }) });
const FIRST_PROJECT = "My project";

/** Makes an account with a project of its own, signed in. @returns the user's id. @throws 403 where nobody may */
export async function signUp(c: AppContext, input: SignUp): Promise<string> {
  const { db } = c.var.deps;
  const userId = (await hasAccount(db)) ? await later(c, input) : await first(c, input);
  await createProject(db, { name: FIRST_PROJECT, ownerId: userId });
  return userId;
}

async function first(c: AppContext, input: SignUp): Promise<string> {
  const outcome = await makeFirstAccount(c.var.deps.db, input.setupToken ?? "", () => make(c, input));
  if ("made" in outcome) return outcome.made;
  if (outcome.refused === "too-late") return await later(c, input);
  throw new ApiError(
    "forbidden",
    "The first account needs the setup token: open the address that the start printed, or start again for a new one.",
  );
}

async function later(c: AppContext, input: SignUp): Promise<string> {
  const { registration } = c.var.deps.settings;
  if (registration === "open") return await make(c, input);
  const detail = {
    invite: "New accounts are by invitation only here: ask a member of the project.",
    closed: "No new accounts are made here: ask whoever runs this installation.",
  }[registration];
  throw new ApiError("forbidden", detail);
}

async function make(c: AppContext, { email, password, name }: SignUp): Promise<string> {
  const shown = name === undefined || name === "" ? (email.split("@")[0] ?? email) : name;
  const answer = await ask(c, "/sign-up/email", { email, password, name: shown });
  return Answer.parse(answer).user.id;
}
