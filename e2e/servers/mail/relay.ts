import { connect } from "node:net";

import { startFakeSmtp } from "@overdue/testkit";

import { openMachine, type Machine } from "../machine.ts";
import { startOverdue, type Overdue } from "../product.ts";
import { eventually, freePort, type Steps } from "../../support/steps.ts";
import { takeCheckDown, healthOf, testDownUp, sendTest } from "../steps.ts";

/** The source of all mails in a Maildir of the machine. */
async function mailsIn(machine: Machine, maildir: string): Promise<string[]> {
  const text = await machine.run(
    `for f in ${maildir}/new/*; do [ -f "$f" ] && cat "$f" && echo ===END===; done; true`,
  );
  return text.split("===END===\n").filter((mail) => mail.trim() !== "");
}

/** Waits until a mail with these words in its subject has arrived. Returns a text such as "2 mails, over TLS". */
export async function arrived(machine: Machine, maildir: string, words: string): Promise<string> {
  const found = await eventually(async () => {
    const mails = (await mailsIn(machine, maildir)).filter((mail) => subjectOf(mail).includes(words));
    return mails.length > 0 ? mails : null;
  }, `a mail about ${words}`);
  const secure = found.every((mail) => /ESMTPS|TLS/.test(mail)) ? ", over TLS" : "";
  return `${found.length} mails${secure}`;
}

function subjectOf(mail: string): string {
  return /^Subject: ((?:.*)(?:\r?\n[ \t].*)*)/m.exec(mail)?.[1]?.replaceAll(/\r?\n[ \t]/g, " ") ?? "";
}

/** Each mail to a check's own address through the relay is one ping, and is not sent again. */
async function pingsByMail(
  steps: Steps,
  { overdue, send, mails = 2 }: { overdue: Overdue; send: (to: string) => Promise<unknown>; mails?: number },
): Promise<void> {
  await steps.step(
    `${mails} mails to a check's address`,
    new RegExp(`^${mails} pings, none waits`),
    async () => {
      const check = await overdue.addCheck(`by mail ${Date.now()}`, []);
      for (let index = 0; index < mails; index += 1) await send(check.pingEmail ?? "");
      await eventually(
        async () => ((await overdue.pings(check.id)).length >= mails ? true : null),
        "the pings",
      );
      const waiting = await send("");
      return `${(await overdue.pings(check.id)).length} pings, ${String(waiting)}`;
    },
  );
}

function untilItListens(port: number): Promise<true> {
  return eventually(
    () =>
      new Promise<true | null>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.destroy();
          resolve(true);
        }).once("error", () => resolve(null));
      }),
    `a server at port ${port}`,
  );
}

/** Ports of the relay, of the product's mail receiver, of a server without mailboxes, and one on which nothing listens. */
export type RelayPorts = { smtp: number; ping: number; gone: number; nobody: number };

/** A machine with a mail server, and the product that sends through it. */
export type RelayScene = { machine: Machine; overdue: Overdue; ports: RelayPorts };

/** Runs the steps with a mail server. `setUp` starts it and returns its version. `login`: "user:password@". */
export async function withRelay(
  setUp: (machine: Machine, ports: RelayPorts) => Promise<string>,
  use: (scene: RelayScene, version: string) => Promise<void>,
  { login = "" } = {},
): Promise<void> {
  const [machine, gone] = await Promise.all([openMachine(), startFakeSmtp()]);
  gone.refuseMailbox("anna@gone.test");
  const ports = {
    smtp: await freePort(),
    ping: await freePort(),
    gone: Number(new URL(gone.url).port),
    nobody: await freePort(),
  };
  try {
    const version = await setUp(machine, ports);
    await untilItListens(ports.smtp);
    const overdue = await startOverdue({
      SMTP_URL: `smtp://${login}127.0.0.1:${ports.smtp}`,
      MAIL_FROM: "Overdue <alerts@corp.test>",
      PING_EMAIL_DOMAIN: "ping.test",
      PING_EMAIL_PORT: String(ports.ping),
    });
    try {
      await use({ machine, overdue, ports }, version);
    } finally {
      await overdue.stop();
    }
  } finally {
    await Promise.all([machine.remove(), gone.close()]);
  }
}

/** The steps for every relay: the three messages, mailboxes that the relay or a later server does not have, pings by mail. */
export async function mailSteps(
  steps: Steps,
  { machine, overdue }: RelayScene,
  { waiting, unknown = /^test failed.* 550/ }: { waiting: string; unknown?: RegExp },
): Promise<void> {
  const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
  await testDownUp(steps, overdue, channel);
  await steps.step("the down in the mailbox", /^1 mails/, () => arrived(machine, MAILDIR, "[Down] "));
  await steps.step("a mailbox that does not exist", unknown, async () =>
    sendTest(overdue, await overdue.addChannel("email", { to: "nobody@corp.test" })),
  );
  await steps.step(
    "a mail that comes back breaks the channel, and says why",
    /^broken: .*No such mailbox/,
    async () => {
      const gone = await overdue.addChannel("email", { to: "anna@gone.test" });
      await takeCheckDown(overdue, gone, { enough: (state) => state === "sent" || state === "failed" });
      return eventually(async () => {
        const health = await healthOf(overdue, gone);
        return health === "works" ? null : health;
      }, "the bounce");
    },
  );
  const send = async (to: string) => {
    if (to !== "")
      return machine.run(`printf 'Subject: ran\\n\\nfine\\n' | /usr/sbin/sendmail -f job@corp.test ${to}`);
    return eventually(
      async () => ((await machine.run(waiting)).trim() === "0" ? "none waits" : null),
      "an empty queue",
      15_000,
    );
  };
  await pingsByMail(steps, { overdue, send });
}

/** A domain cannot be reached until the relay gives up. The channel stays, because the mailbox may exist. */
export async function givesUp(steps: Steps, { overdue }: RelayScene): Promise<void> {
  const channel = await overdue.addChannel("email", { to: "anna@defer.test" });
  await steps.step("the relay gives up: the alert counts as not delivered", /^down failed/, () =>
    takeCheckDown(overdue, channel, { enough: (state) => state === "failed", withinMs: 150_000 }),
  );
  await steps.step("the relay gives up: the channel stays", /^works$/, () => healthOf(overdue, channel));
}

/** If the relay refuses to relay, which says nothing about the mailbox, the alert is retried and breaks no channel. */
export async function deniesRelaying(steps: Steps, { overdue }: RelayScene, words: RegExp): Promise<void> {
  const channel = await overdue.addChannel("email", { to: "ops@foreign.test" });
  await steps.step(
    "relaying denied is retried",
    new RegExp(`^down (retry|sending|pending).*${words.source}`),
    () => takeCheckDown(overdue, channel),
  );
  await steps.step("relaying denied breaks no channel", /^works$/, () => healthOf(overdue, channel));
}

export const MAILDIR = "/var/mail/v/ops";
