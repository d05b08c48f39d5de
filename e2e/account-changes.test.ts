import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openidProvider } from "../apps/api/test/oidc-provider.ts";
import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";
import { freePort } from "./support/steps.ts";

const PASSWORD = "correct horse battery staple";
const [ADA, BOB, NEW_ADA] = ["ada@example.org", "bob@example.org", "ada@new.example.org"];
const SCREENS = process.env["SCREENS_DIR"];

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let openid: Awaited<ReturnType<typeof openidProvider>>;
let product: Product;
let browser: Browser;
let ada: Page;

/** Ways into and out of an account besides its password, in order; each test goes on where the last one ended. */
beforeAll(async () => {
  const port = await freePort();
  openid = await openidProvider({ redirectUri: `http://127.0.0.1:${port}/api/auth/oidc/callback` });
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, {
    ...providers.variables,
    PORT: String(port),
    OIDC_ISSUER: openid.issuer,
    OIDC_CLIENT_ID: "overdue",
    OIDC_CLIENT_SECRET: "a-secret-of-the-test",
    OIDC_NAME: "Example login",
    OIDC_ALLOWED_DOMAINS: "example.org",
    TRUSTED_HEADER: "Remote-Email",
    TRUSTED_HEADER_PEERS: "127.0.0.1",
  });
  ada = await newVisitor();
  await ada.goto(product.url);
  await ada.getByLabel("Your name").fill("Ada");
  await ada.getByLabel("E-mail").fill(ADA);
  await ada.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await ada.keyboard.press("Enter");
  await ada.waitForURL(/\/projects\/[^/]+\/checks/);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

test("at an OpenID provider a newcomer gets an account, and finds it again after signing out", async () => {
  const bob = await newVisitor();
  openid.expect({ sub: "bob", email: BOB, email_verified: true, name: "Bob" });
  for (const visit of ["first", "second"]) {
    await bob.goto(`${product.origin}/sign-in`);
    await bob.getByRole("link", { name: "Sign in with Example login" }).focus();
    await bob.keyboard.press("Enter");
    await bob.waitForURL(/\/projects\/[^/]+\/checks/);
    expect([visit, await whoIs(bob)]).toEqual([visit, BOB]);
    await signOut(bob);
  }
  await bob.context().close();
});

test("a person whose address the provider has not verified reads why, on the sign-in page", async () => {
  const eve = await newVisitor();
  openid.expect({ sub: "eve", email: "eve@example.org", email_verified: false });
  await eve.goto(`${product.origin}/sign-in`);
  await eve.getByRole("link", { name: "Sign in with Example login" }).click();
  await eve.getByText("The provider has not confirmed your e-mail address").waitFor();
  expect((await eve.request.get(`${product.origin}/v1/me`)).status()).toBe(401);
  await picture(eve, "sign-in-refused");
  await eve.context().close();
});

test("the link of a mail signs in, by a button, and once", async () => {
  await signOut(ada);
  await ada.getByRole("link", { name: "Get a link by e-mail" }).click();
  await ada.getByLabel("E-mail").fill(ADA);
  await ada.keyboard.press("Enter");
  await ada.getByText("Check your inbox").waitFor();
  const link = await linkTo(ADA, "sign-in-link");
  await ada.goto(link);
  expect((await ada.request.get(`${product.origin}/v1/me`)).status()).toBe(401);
  await ada.getByRole("button", { name: "Sign in" }).press("Enter");
  await ada.waitForURL(/\/projects\/[^/]+\/checks/);
  expect(await whoIs(ada)).toBe(ADA);
  const again = await newVisitor();
  await again.goto(link);
  await again.getByRole("button", { name: "Sign in" }).click();
  await again.getByText("This link was used already").waitFor();
  await again.context().close();
});

test("the address changes once both mails have confirmed it", async () => {
  await ada.goto(`${product.origin}/account`);
  await ada.getByLabel("New address").fill(NEW_ADA);
  await ada.keyboard.press("Enter");
  await ada.getByText(`The change to ${NEW_ADA} waits`).waitFor();
  await picture(ada, "email-change-waits");
  await ada.goto(await linkTo(ADA, "email-change"));
  await picture(ada, "email-change");
  await ada.getByRole("button", { name: "Confirm the change" }).press("Enter");
  await ada.getByText("Now open the link in the e-mail to the other address too").waitFor();
  await ada.goto(await linkTo(NEW_ADA, "email-change"));
  await ada.getByRole("button", { name: "Confirm the change" }).press("Enter");
  await ada.getByText("The address is changed").waitFor();
  expect(await whoIs(ada)).toBe(NEW_ADA);
  const { mail } = await providers.smtp.waitFor(({ mail: { subject = "" } }) =>
    subject.includes("was changed"),
  );
  expect(mail.text).toContain(NEW_ADA);
});

test("what is stored about a person is downloaded as a file", async () => {
  await ada.goto(`${product.origin}/account`);
  const [file] = await Promise.all([
    ada.waitForEvent("download"),
    ada.getByRole("button", { name: "Download as JSON" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("overdue-account.json");
  await picture(ada, "account");
  await pictureMore();
});

test("an account is deleted in a week, after a page that says what goes, and its mail takes that back", async () => {
  const bob = await newVisitor();
  openid.expect({ sub: "bob", email: BOB, email_verified: true });
  await bob.goto(`${product.origin}/api/auth/oidc/start`);
  await bob.waitForURL(/\/projects\/[^/]+\/checks/);
  await bob.goto(`${product.origin}/account/delete`);
  const submit = bob.getByRole("button", { name: "Delete my account" });
  await submit.waitFor();
  expect(await submit.isDisabled()).toBe(true);
  await bob.getByLabel(/^Delete the organization “Bob” with its 1 project/).check();
  await picture(bob, "delete-account");
  await submit.click();
  await bob.getByText("Your account will be deleted").first().waitFor();
  await picture(bob, "deletion-scheduled");
  await bob.goto(await linkTo(BOB, "keep-account"));
  await bob.getByRole("button", { name: "Keep the account" }).press("Enter");
  await bob.getByText("Your account stays").waitFor();
  await bob.context().close();
});

test("whom the proxy in front names is in without a click, and signing out waits for one", async () => {
  const context = await browser.newContext({ extraHTTPHeaders: { "Remote-Email": "carol@example.org" } });
  const carol = await context.newPage();
  carol.setDefaultTimeout(15_000);
  await carol.goto(product.origin);
  await carol.waitForURL(/\/projects\/[^/]+\/checks/);
  expect(await whoIs(carol)).toBe("carol@example.org");
  await signOut(carol);
  await carol.getByRole("link", { name: "Sign in as your proxy knows you" }).waitFor();
  await picture(carol, "signed-out-of-proxy");
  await carol.getByRole("link", { name: "Sign in as your proxy knows you" }).press("Enter");
  await carol.waitForURL(/\/projects\/[^/]+\/checks/);
  await context.close();
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
}

async function whoIs(page: Page): Promise<string> {
  const response = await page.request.get(`${product.origin}/v1/me`);
  return ((await response.json()) as { user: { email: string } }).user.email;
}

async function newVisitor(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** The newest link of that kind that came by mail. */
async function linkTo(address: string, path: string): Promise<string> {
  const link = new RegExp(String.raw`http\S+/${path}\?token=\S+`);
  const { mail } = await providers.smtp.waitFor(
    ({ to, mail: sent }) => to.includes(address) && link.test(sent.text ?? ""),
  );
  return link.exec(mail.text ?? "")?.[0] ?? "";
}

/** Pages that no step here leads to. */
async function pictureMore(): Promise<void> {
  if (SCREENS === undefined) return;
  const { organizations, projects } = (await (await ada.request.get(`${product.origin}/v1/me`)).json()) as {
    organizations: { id: string }[];
    projects: { id: string }[];
  };
  for (const [name, path] of [
    ["organization", `/organizations/${organizations[0]?.id}`],
    ["audit", `/projects/${projects[0]?.id}/audit`],
    ["account-delete", "/account/delete"],
  ] as const) {
    await ada.goto(`${product.origin}${path}`);
    await ada.getByRole("heading", { level: 1 }).waitFor();
    await picture(ada, name);
  }
}

/** In both colours and widths, where SCREENS_DIR says where to. */
async function picture(page: Page, name: string): Promise<void> {
  if (SCREENS === undefined) return;
  for (const width of [360, 1_280])
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `${SCREENS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  await page.setViewportSize({ width: 1_280, height: 800 });
}
