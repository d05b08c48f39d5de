import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startBrowser } from "./support/browser.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

const PASSWORD = "correct horse battery staple";
const [ADA, BOB, CAROL] = ["ada@example.org", "bob@example.org", "carol@example.org"];

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let browser: Browser;
let ada: Page;
let bob: Page;

/** Accounts from sign-up to reset, as people live them, in order; each test goes on where the last one ended. */
beforeAll(async () => {
  [data, providers, browser] = await Promise.all([emptyDataDirectory(), startProviders(), startBrowser()]);
  product = await startProduct(data.path, { ...providers.variables, REGISTRATION: "open" });
  [ada, bob] = [await newVisitor(), await newVisitor()];
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

test("the first account is made by the printed link", async () => {
  await ada.goto(product.url);
  await fill(ada, { "Your name": "Ada", "E-mail": ADA, Password: PASSWORD });
  await ada.getByRole("button", { name: "Create account" }).click();
  await ada.waitForURL(/\/projects\/[^/]+\/checks/);
  expect(await whoIs(ada)).toBe(ADA);
});

test("a newcomer signs up by keyboard alone, proves the address by the mail, and is in", async () => {
  await bob.goto(`${product.origin}/sign-up`);
  await bob.getByLabel("Your name").focus();
  await bob.keyboard.type("Bob");
  await bob.keyboard.press("Tab");
  await bob.keyboard.type(BOB);
  await bob.keyboard.press("Enter");
  await bob.getByText("Check your inbox").waitFor();
  await bob.goto(await linkTo(BOB, "finish-sign-up"));
  await bob.getByLabel("New password").first().focus();
  await bob.keyboard.type("password1234");
  await bob.keyboard.press("Enter");
  await bob.getByText("among the first that are guessed").waitFor();
  await bob.keyboard.press("ControlOrMeta+a");
  await bob.keyboard.type(PASSWORD);
  await bob.keyboard.press("Enter");
  await bob.waitForURL(/\/projects\/[^/]+\/checks/);
  expect(await whoIs(bob)).toBe(BOB);
});

test("a person who already has an account sees the same page as a stranger, and learns the truth by mail", async () => {
  const again = await newVisitor();
  await again.goto(`${product.origin}/sign-up`);
  await fill(again, { "Your name": "Eve", "E-mail": ADA });
  await again.getByRole("button", { name: "Send e-mail" }).click();
  await again.getByText("Check your inbox").waitFor();
  const { mail } = await providers.smtp.waitFor(({ to }) => to.includes(ADA));
  expect(mail.subject).toBe("You have an Overdue account already");
  await again.context().close();
});

test("an owner invites somebody with an account, who finds and accepts it above the page", async () => {
  await invite(BOB, "Member");
  await bob.reload();
  await bob.getByText("Join the project “My project”?").waitFor();
  await bob.getByRole("button", { name: "Accept" }).click();
  await bob.getByText("You are now a member of").waitFor();
  const { projects } = await meOf(bob);
  expect(projects.map(({ role }) => role)).toContain("member");
});

test("somebody without an account opens the invitation's link, makes one, and is a member", async () => {
  await invite(CAROL, "Viewer");
  const carol = await newVisitor();
  await carol.goto(await linkTo(CAROL, "invitation"));
  await carol.getByRole("heading", { name: "Join the project “My project”?" }).waitFor();
  await fill(carol, { "Your name": "Carol", "New password": PASSWORD });
  await carol.getByRole("button", { name: "Create account and accept" }).click();
  await carol.waitForURL(/\/projects\/[^/]+\/checks/);
  await carol.getByText("You have view-only access").waitFor();
  expect(await whoIs(carol)).toBe(CAROL);
  await carol.context().close();
});

test("a forgotten password is replaced by the mail's link; the old session is over, and a mail tells of it", async () => {
  const forgetful = await newVisitor();
  await forgetful.goto(`${product.origin}/sign-in`);
  await forgetful.getByRole("link", { name: "Forgot password?" }).click();
  await forgetful.getByRole("heading", { name: "Forgot your password?" }).waitFor();
  await fill(forgetful, { "E-mail": BOB });
  await forgetful.getByRole("button", { name: "Send e-mail" }).click();
  await forgetful.getByText("Check your inbox").waitFor();
  await forgetful.goto(await linkTo(BOB, "reset-password"));
  await fill(forgetful, { "New password": "a wholly different phrase" });
  await forgetful.getByRole("button", { name: "Save password" }).click();
  await forgetful.waitForURL(/\/sign-in/);
  await fill(forgetful, { "E-mail": BOB, Password: "a wholly different phrase" });
  await forgetful.getByRole("button", { name: "Sign in" }).click();
  await forgetful.waitForURL(/\/projects\/[^/]+\/checks/);
  await bob.reload();
  await bob.waitForURL(/\/sign-in/);
  await providers.smtp.waitFor(({ mail }) => mail.subject === "Your Overdue password was changed");
  bob = forgetful;
  expect(await whoIs(bob)).toBe(BOB);
});

test("a member leaves by themselves", async () => {
  const joined = (await meOf(bob)).projects.find(({ role }) => role === "member");
  await bob.goto(`${product.origin}/projects/${joined?.id}/settings`);
  await bob.getByRole("button", { name: "Leave this project" }).click();
  await bob.getByRole("button", { name: "Leave", exact: true }).click();
  await bob.getByText("You left the project.").waitFor();
  expect((await bob.request.get(`${product.origin}/v1/projects/${joined?.id}`)).status()).toBe(404);
});

type Me = { user: { email: string }; projects: { id: string; role: string }[] };

async function meOf(page: Page): Promise<Me> {
  const response = await page.request.get(`${product.origin}/v1/me`);
  return (await response.json()) as Me;
}

async function whoIs(page: Page): Promise<string> {
  return (await meOf(page)).user.email;
}

async function newVisitor(): Promise<Page> {
  const context: BrowserContext = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByRole("textbox", { name: label }).or(page.getByLabel(label)).first().fill(value);
}

/** The newest link of that kind that came by mail. */
async function linkTo(address: string, page: string): Promise<string> {
  const link = new RegExp(String.raw`http\S+/${page}\?token=\S+`);
  const { mail } = await providers.smtp.waitFor(
    ({ to, mail }) => to.includes(address) && link.test(mail.text ?? ""),
  );
  return link.exec(mail.text ?? "")?.[0] ?? "";
}

async function invite(email: string, role: string): Promise<void> {
  await ada.goto(ada.url().replace(/\/(checks|settings).*/, "/settings"));
  await ada.getByLabel("Invite by e-mail").fill(email);
  await ada
    .locator("form")
    .filter({ hasText: "Invite by e-mail" })
    .getByLabel("Role")
    .selectOption(role.toLowerCase());
  await ada.getByRole("button", { name: "Invite", exact: true }).click();
  await ada.getByText("is invited, and becomes a member by accepting").first().waitFor();
}
