import { type TOTP, URI } from "otpauth";
import type { Browser, Page } from "playwright";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { openDatabase } from "./support/age-check.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const PASSWORD = "correct horse battery staple";
const SCREENS = process.env["SCREENS_DIR"];

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;
let browser: Browser;
let database: Sql;
let page: Page;
/** The address under the machine's name: passkeys do not work under one of numbers. */
let origin: string;
let codeAt: (at: number) => string;

/** How a person protects an account, and signs in and out of it; each test goes on where the last one ended. */
beforeAll(async () => {
  [data, browser] = await Promise.all([emptyDataDirectory(), startBrowser()]);
  product = await startProduct(data.path);
  database = openDatabase(data.path);
  origin = product.origin.replace("127.0.0.1", "localhost");
  page = await browser.newPage();
  page.setDefaultTimeout(20_000);
});

afterAll(async () => {
  await database?.end();
  await browser?.close();
  await product?.stop();
  await data?.remove();
});

test("an authenticator app is set up with the keyboard alone, by a QR code that the page draws", async () => {
  await page.goto(product.url.replace("127.0.0.1", "localhost"));
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  const others = hostsAsked(page);
  await page.goto(`${origin}/account`);
  await press("Set up an authenticator app");
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  const secret = ((await page.getByLabel("key", { exact: true }).textContent()) ?? "").replaceAll(" ", "");
  const totp = URI.parse(`otpauth://totp/x?secret=${secret}`) as TOTP;
  codeAt = (at) => totp.generate({ timestamp: at });
  await picture("authenticator-set-up");
  await page.getByLabel("Code that the app shows").focus();
  await page.keyboard.type(codeAt(Date.now() - 30_000));
  await page.keyboard.press("Enter");
  await page.getByText("Store these recovery codes now").waitFor();
  await picture("recovery-codes");
  expect(others()).toEqual([]);
});

let recoveryCode = "";

test("signing in then asks for the code, and takes a recovery code in its place", async () => {
  recoveryCode =
    ((await page.getByLabel("recovery codes", { exact: true }).textContent()) ?? "").split("\n")[0] ?? "";
  await press("I have stored them");
  await signOut();
  await enterPassword();
  await page.getByLabel("Code of your authenticator app").waitFor();
  await picture("sign-in-code");
  expect((await page.request.get(`${origin}/v1/me`)).status()).toBe(401);
  await page.keyboard.type("000000");
  await page.keyboard.press("Enter");
  await page.getByText("This code is wrong, too old").waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(codeAt(Date.now()));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  await signOut();
  await enterPassword();
  await press("Use a recovery code instead");
  await page.getByLabel("Recovery code").fill(recoveryCode);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
});

test("a passkey is added, and signs in by itself", async () => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${origin}/account`);
  await page.getByLabel("Name of this device").fill("Laptop");
  await page.keyboard.press("Enter");
  await page.getByText("Added. It signs you in from now on.").waitFor();
  await page.getByLabel("Name of Laptop").waitFor();
  await picture("account");
  await signOut();
  await picture("sign-in");
  await press("Sign in with a passkey");
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  expect((await page.request.get(`${origin}/v1/me`)).status()).toBe(200);
});

test("what the browser sent with a passkey is refused when it is sent again", async () => {
  await signOut();
  const sent = page.waitForRequest((request) => request.url().endsWith("/api/auth/passkey"));
  await press("Sign in with a passkey");
  const body = (await sent).postDataJSON() as object;
  await page.waitForURL(/\/projects\/[^/]+\/checks/);
  const again = await page.request.post(`${origin}/api/auth/passkey`, { data: body, headers: { origin } });
  expect(again.status()).toBe(400);
});

test("eleven minutes later a new key asks who one is, and goes on with what was typed", async () => {
  await page.goto(page.url().replace(/\/checks.*/, "/settings"));
  const form = page.locator("form").filter({ hasText: "Create key" });
  await form.getByLabel("Name").fill("terraform");
  await later();
  await form.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("dialog", { name: "Is it still you?" }).waitFor();
  await picture("prove");
  await page.keyboard.press("Escape");
  await page.getByText("Prove again who you are").first().waitFor();
  expect(await form.getByLabel("Name").inputValue()).toBe("terraform");
  await form.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Code of your authenticator app").waitFor();
  await page.keyboard.type(codeAt(Date.now() + 30_000));
  await page.keyboard.press("Enter");
  await page.getByText("Copy this key now").waitFor();
  await later();
  await form.getByLabel("Name").fill("second");
  await form.getByRole("button", { name: "Create key" }).click();
  await press("Use a passkey");
  await page.getByRole("cell", { name: "second", exact: true }).waitFor();
});

test("another session is listed, and its page is signed out within seconds of its end", async () => {
  const phone = await (await browser.newContext()).newPage();
  phone.setDefaultTimeout(20_000);
  await phone.goto(`${origin}/sign-in`);
  await database`delete from authenticators`;
  await phone.getByLabel("E-mail").fill("ada@example.org");
  await phone.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/projects\/[^/]+\/checks/);
  await page.goto(`${origin}/account`);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByText("Every other session is signed out.").waitFor();
  await phone.reload();
  await phone.waitForURL(/\/sign-in/);
  expect((await phone.request.get(`${origin}/v1/me`)).status()).toBe(401);
  await phone.context().close();
});

/** Presses a button by the keyboard. */
async function press(name: string): Promise<void> {
  await page.getByRole("button", { name }).focus();
  await page.keyboard.press("Enter");
}

async function enterPassword(): Promise<void> {
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.keyboard.press("Enter");
}

async function signOut(): Promise<void> {
  await page.request.post(`${origin}/api/auth/sign-out`, { headers: { origin } });
  await page.goto(`${origin}/sign-in`);
}

async function later(): Promise<void> {
  await database`update sessions set verified_at = now() - interval '11 minutes'`;
}

/** The hosts besides ours that a page asks from now on. */
function hostsAsked(of: Page): () => string[] {
  const hosts = new Set<string>();
  of.on("request", (request) => hosts.add(new URL(request.url()).host));
  return () => [...hosts].filter((host) => host !== "" && host !== new URL(origin).host);
}

/** Pictures for looking at, if SCREENS_DIR is set: narrow and wide, light and dark. */
async function picture(name: string): Promise<void> {
  if (SCREENS === undefined) return;
  for (const [width, scheme] of [
    [360, "light"],
    [1280, "dark"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${SCREENS}/${name}-${width}-${scheme}.png`, fullPage: true });
  }
}
