import { newSetupToken, openDb, openPool } from "@overdue/db";
import type { TestProject } from "vitest/node";

import { asAdministrator, TEMPLATE } from "../../../packages/testkit/src/postgres/template.ts";
import { startApiProcess } from "../../api/test/api-process.ts";
import { readCookie, ORIGIN, sendTo } from "./send.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The running API, and the session cookies of two people: Ada has projects of her own, Vera is a stranger. */
    realApi: { url: string; ada: string; vera: string };
  }
}

const DATABASE = "web_pages";

/** Starts the real API for the tests of whole pages, in a process without the browser's globals that they define. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { postgresUrl } = project.getProvidedContext();
  await asAdministrator(postgresUrl, (session) =>
    session.query(`create database ${DATABASE} template ${TEMPLATE}`),
  );
  const databaseUrl = `${postgresUrl}/${DATABASE}`;
  const api = await startApiProcess({
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: ORIGIN,
    REGISTRATION: "open",
    API_RATE_LIMIT: "0",
  });
  const pool = openPool({ url: databaseUrl, max: 1, name: "web tests" });
  const setupToken = await newSetupToken(openDb(pool));
  await pool.end();
  const ada = await signUp(api.url, { name: "Ada", email: "ada@example.org", setupToken });
  const vera = await signUp(api.url, { name: "Vera", email: "vera@example.org" });
  project.provide("realApi", { url: api.url, ada, vera });
  return api.stop;
}

async function signUp(
  url: string,
  person: { name: string; email: string; setupToken?: string },
): Promise<string> {
  const response = await sendTo(url, "/api/auth/sign-up/email", {
    method: "POST",
    json: { ...person, password: "correct horse battery" },
  });
  if (response.status !== 200) throw new Error(`${person.name} could not sign up: ${response.text}`);
  return readCookie(response);
}
