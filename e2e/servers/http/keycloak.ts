import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser, Page } from "playwright";

import { startBrowser } from "../../support/browser.ts";
import { emptyDataDirectory, startProduct } from "../../support/product.ts";
import { freePort, type Steps } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { CLIENT_SECRET, PASSWORD, realm } from "./keycloak-realm.ts";
import { json, openPlace, type Place, untilItAnswers } from "./local.ts";

const VERSION = "26.7.3";
const OPERATOR = { BOOTSTRAP_EMAIL: "ops@example.org", BOOTSTRAP_PASSWORD: "servers are real here" };
const KEY = "servers-key-0123456789";
const ADMIN = { KC_BOOTSTRAP_ADMIN_USERNAME: "admin", KC_BOOTSTRAP_ADMIN_PASSWORD: "admin" };

/** Keycloak from its own distribution, in which people sign in with Chromium. */
export const keycloak: Trial = {
  name: "Keycloak",
  run: async (steps) => {
    const place = await openPlace();
    const data = await emptyDataDirectory();
    const browser = await startBrowser();
    try {
      await install(place);
      steps.version = VERSION;
      await tryKeycloak(steps, { place, dataDirectory: data.path, browser });
    } finally {
      await browser.close();
      await place.remove();
      await data.remove();
    }
  },
};

async function install(place: Place): Promise<void> {
  const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
  await place.run(`mvn -q dependency:copy -Dartifact=${artifact} -DoutputDirectory=.`);
  await place.run(
    "python3 -m zipfile -e keycloak-*.zip . && mv keycloak-*/ keycloak && mkdir -p keycloak/data/import",
  );
}

type Parts = { place: Place; dataDirectory: string; browser: Browser };

async function tryKeycloak(steps: Steps, { place, dataDirectory, browser }: Parts): Promise<void> {
  const [port, keycloakPort] = [await freePort(), await freePort()];
  const [origin, provider] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${keycloakPort}`];
  await writeFile(join(place.folder, "keycloak/data/import/overdue.json"), JSON.stringify(realm(origin)));
  const own = { ...OPERATOR, BOOTSTRAP_API_KEY: KEY, PORT: String(port) };
  const first = await startProduct(dataDirectory, own);
  const projectId = await firstProject(origin);
  await first.stop();
  const startOverdue = () =>
    startProduct(dataDirectory, { ...own, ...oidcVariables(`${provider}/realms/overdue`, projectId) });
  const stopKeycloak = await startKeycloak(place, provider);
  let product = await startOverdue();
  const restart = async () => {
    await product.stop();
    product = await startOverdue();
  };
  try {
    const scene = { browser, origin, provider, projectId };
    await whileItRuns(steps, scene);
    await stopKeycloak();
    await whileItIsStopped(steps, scene, restart);
    const stopAgain = await startKeycloak(place, provider);
    await steps.step("Keycloak started after Overdue", "bob@example.org, not in the project", () =>
      signIn(scene, "bob"),
    );
    await stopAgain();
  } finally {
    await product.stop();
  }
}

async function startKeycloak(place: Place, provider: string): Promise<() => Promise<void>> {
  const listen = `--http-host=127.0.0.1 --http-port=${new URL(provider).port}`;
  const stop = await place.start(`bash keycloak/bin/kc.sh start-dev --import-realm ${listen}`, ADMIN);
  await untilItAnswers(`${provider}/realms/overdue/.well-known/openid-configuration`);
  return stop;
}

function oidcVariables(issuer: string, projectId: string): Record<string, string> {
  return {
    REGISTRATION: "invite",
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: "overdue",
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_NAME: "Keycloak",
    OIDC_ALLOWED_DOMAINS: "example.org",
    OIDC_ROLES: `operations=${projectId}:admin`,
  };
}

type Scene = { browser: Browser; origin: string; provider: string; projectId: string };

async function whileItRuns(steps: Steps, scene: Scene): Promise<void> {
  const ADA = "ada@example.org, admin of the project";
  await steps.step("a person in a group", ADA, () => signIn(scene, "ada"));
  await steps.step("the same person in another browser", ADA, () => signIn(scene, "ada"));
  await steps.step("a person in no group", "bob@example.org, not in the project", () => signIn(scene, "bob"));
  await steps.step("a person whose address is not confirmed", /has not confirmed your e-mail address/, () =>
    signIn(scene, "eve"),
  );
  await steps.step("after Keycloak has changed its signing key", ADA, async () => {
    await changeKey(scene.provider);
    return await signIn(scene, "ada");
  });
}

async function whileItIsStopped(steps: Steps, scene: Scene, restart: () => Promise<void>): Promise<void> {
  await steps.step("the operator's password while Keycloak is stopped", /^ops@example.org, owner/, () =>
    inBrowser(scene, async (page) => {
      await page.getByLabel("E-mail").fill(OPERATOR.BOOTSTRAP_EMAIL);
      await page.locator("input[type=password]").fill(OPERATOR.BOOTSTRAP_PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL(/projects/);
    }),
  );
  await steps.step("Overdue started while Keycloak is stopped", /did not work. Try again/, async () => {
    await restart();
    return await inBrowser(scene, async (page) => {
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      await page.waitForURL(/problem=/);
    });
  });
}

async function firstProject(origin: string): Promise<string> {
  const response = await fetch(`${origin}/v1/projects`, { headers: { "x-api-key": KEY } });
  const { items } = (await response.json()) as { items: { id: string }[] };
  return items[0]?.id ?? "";
}

/** Acts on the sign-in page of a new browser. @returns who is signed in then, or the sentence that says why nobody is */
async function inBrowser(
  { browser, origin, projectId }: Scene,
  act: (page: Page) => Promise<void>,
): Promise<string> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/sign-in`);
    await act(page);
    if (page.url().includes("problem=")) return await page.getByRole("alert").innerText();
    return await whoIsIn(page, projectId);
  } finally {
    await context.close();
  }
}

function signIn(scene: Scene, name: string): Promise<string> {
  return inBrowser(scene, async (page) => {
    await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
    await page.locator("#username").fill(name);
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#kc-login").click();
    await page.waitForURL(`${scene.origin}/**`);
  });
}

/** Who is signed in, and their role in the project. */
async function whoIsIn(page: Page, projectId: string): Promise<string> {
  const read = async <Answer>(path: string) =>
    (await (await page.request.get(new URL(path, page.url()).href)).json()) as Answer;
  const { user } = await read<{ user: { email: string } }>("/v1/me");
  const { items } = await read<{ items: { id: string; role: string }[] }>("/v1/projects");
  const role = items.find(({ id }) => id === projectId)?.role;
  return `${user.email}, ${role === undefined ? "not in the project" : `${role} of the project`}`;
}

/** Adds a signing key that Keycloak prefers to its present key. */
async function changeKey(provider: string): Promise<void> {
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: "admin-cli",
    username: ADMIN.KC_BOOTSTRAP_ADMIN_USERNAME,
    password: ADMIN.KC_BOOTSTRAP_ADMIN_PASSWORD,
  });
  const token = `${provider}/realms/master/protocol/openid-connect/token`;
  const { access_token: bearer } = (await (await fetch(token, { method: "POST", body: form })).json()) as {
    access_token: string;
  };
  const key = {
    name: "newer",
    providerId: "rsa-generated",
    providerType: "org.keycloak.keys.KeyProvider",
    config: { priority: ["1000"], enabled: ["true"], active: ["true"], algorithm: ["RS256"] },
  };
  const response = await fetch(
    `${provider}/admin/realms/overdue/components`,
    json(key, { authorization: `Bearer ${bearer}` }),
  );
  if (!response.ok) throw new Error(`The key was refused: ${response.status} ${await response.text()}`);
}
