import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { deliveryText, startOverdue, type Channel, type Delivery } from "../product.ts";
import { eventually, type Steps } from "../../support/steps.ts";
import type { Machine } from "../machine.ts";
import type { Trial } from "../../support/try-all.ts";
import { takeCheckDown, healthOf, testDownUp, sendTest } from "../steps.ts";
import { withRelay, type RelayPorts, type RelayScene } from "./relay.ts";

const SOCKET_DIRECTORY = "/var/spool/postfix/private";
const PASSWORD = "pass@word/1 with spaces";

/** Postfix relays only after a login, which Dovecot verifies, and delivers mail to Dovecot by LMTP. */
const mainCf = ({ ping }: RelayPorts) => `
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.corp.test
mynetworks = 10.9.9.9/32
mydestination =
virtual_mailbox_domains = corp.test
virtual_mailbox_maps = inline:{ops@corp.test=ops}
virtual_transport = lmtp:unix:private/dovecot-lmtp
relay_domains = ping.test
transport_maps = inline:{ping.test=smtp:[127.0.0.1]:${ping}}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
`;

const masterCf = (smtp: number) => `
127.0.0.1:${smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

const exim4Conf = ({ smtp, ping }: RelayPorts) => `
primary_hostname = relay.corp.test
daemon_smtp_ports = ${smtp}
local_interfaces = 127.0.0.1
acl_smtp_rcpt = any
acl_smtp_data = any
tls_advertise_hosts =
begin acl
any:
  accept
begin routers
ops:
  driver = accept
  domains = corp.test
  local_parts = ops
  transport = dovecot
ping:
  driver = manualroute
  domains = ping.test
  route_list = * 127.0.0.1
  self = send
  transport = ping
begin transports
dovecot:
  driver = lmtp
  socket = /var/mail/dovecot-lmtp
  user = Debian-exim
ping:
  driver = smtp
  port = ${ping}
begin retry
* * F,1h,5s
`;

/** A mailbox of 100 KB. Dovecot refuses what does not fit with its own response, a permanent error. */
const dovecotConf = (socketDirectory: string, user: string) => `
protocols = lmtp
log_path = /var/log/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:/var/mail/v/%u
mail_plugins = quota
plugin {
  quota = count:User
  quota_vsizes = yes
  quota_rule = *:storage=100K
  quota_grace = 0
}
passdb {
  driver = passwd-file
  args = /etc/dovecot/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=/var/mail/v/%u
}
service auth {
  unix_listener ${socketDirectory}/auth {
    user = ${user}
    mode = 0600
  }
}
service lmtp {
  unix_listener ${socketDirectory}/dovecot-lmtp {
    user = ${user}
    mode = 0600
  }
}
`;

/** Dovecot's mailboxes and passwords, behind Postfix. */
export const dovecot: Trial = {
  name: "Dovecot",
  run: (steps) =>
    withRelay(
      async (machine, ports) => {
        steps.version = await installDovecot(machine, "postfix");
        await machine.write("/etc/postfix/main.cf", mainCf(ports));
        await machine.write("/etc/postfix/master.cf", masterCf(ports.smtp));
        await machine.run("postfix start 2>&1");
        return steps.version;
      },
      async (scene) => {
        await mailboxSteps(steps, scene);
        await wrongPassword(steps, scene);
      },
      { login: `overdue:${encodeURIComponent(PASSWORD)}@` },
    ),
};

/** The same mailboxes behind Exim, which reports each failure as 5.0.0. */
export const dovecotBehindExim: Trial = {
  name: "Dovecot behind Exim",
  run: (steps) =>
    withRelay(
      async (machine, ports) => {
        steps.version = await installDovecot(machine, "exim4-daemon-light");
        await machine.write("/etc/exim4/exim4.conf", exim4Conf(ports));
        await machine.run("mkdir -p /run/exim4; chown Debian-exim /run/exim4");
        machine.start("exim4 -bdf -q5s");
        return steps.version;
      },
      (scene) => mailboxSteps(steps, scene),
    ),
};

/** Installs Dovecot and the mail server in front of it, and starts Dovecot. Returns the version of Dovecot. */
async function installDovecot(machine: Machine, frontServer: string): Promise<string> {
  const version = await machine.install("dovecot-core", "dovecot-lmtpd", frontServer);
  const [socketDirectory, user] =
    frontServer === "postfix" ? [SOCKET_DIRECTORY, "postfix"] : ["/var/mail", "Debian-exim"];
  await machine.write("/etc/dovecot/dovecot.conf", dovecotConf(socketDirectory, user));
  await machine.write(
    "/etc/dovecot/users",
    `overdue:{PLAIN}${PASSWORD}::::::\nops@corp.test:{PLAIN}x::::::\n`,
  );
  await machine.run("mkdir -p /var/mail/v; chown mail:mail /var/mail/v");
  machine.start("dovecot -F");
  // Postfix accepts no connection while the server that verifies passwords is missing.
  await machine.run(
    `until test -S ${socketDirectory}/auth && test -S ${socketDirectory}/dovecot-lmtp; do sleep 0.2; done`,
  );
  return version;
}

/** Steps: the three messages, and a mailbox that is full and then emptied. */
async function mailboxSteps(steps: Steps, scene: RelayScene): Promise<void> {
  const channel = await scene.overdue.addChannel("email", { to: "ops@corp.test" });
  await testDownUp(steps, scene.overdue, channel);
  await steps.step("the three mails are in the mailbox", "3 mails", () => inMailbox(scene, 3));
  await fullMailbox(steps, scene, channel);
}

/** Waits until the mailbox has this number of mails. */
function inMailbox({ machine }: RelayScene, mails: number): Promise<string> {
  return eventually(async () => {
    const found = await machine.run("doveadm search -u ops@corp.test mailbox INBOX all | wc -l");
    return Number(found) === mails ? `${mails} mails` : null;
  }, "the mails");
}

/** The server in front accepts the mail, Dovecot refuses it, and the server in front returns it. */
async function fullMailbox(steps: Steps, scene: RelayScene, channel: Channel): Promise<void> {
  const { machine, overdue } = scene;
  const other = await startHttp();
  const fallback = await overdue.addChannel("webhook", { url: other.url });
  await overdue.changeChannel(fallback.id, { isFallback: true });
  await machine.run(EMPTY);
  await machine.run(FILL);
  await steps.step("a full mailbox: what comes back is tried again in 15 min", IN_15_MIN, async () => {
    await takeCheckDown(overdue, channel, { enough: (state) => state === "sent" });
    const { lastError, nextAttemptAt } = await overdue.until(channel.id, isReturned);
    return `in ${Math.ceil((Date.parse(nextAttemptAt) - Date.now()) / 60_000)} min: ${lastError ?? ""}`;
  });
  await steps.step("a full mailbox: the fallback channel gets the alert at once", /^down sent/, async () =>
    deliveryText(
      await overdue.until(
        fallback.id,
        (one) => one.kind === "down" && one.fallbackFor !== null && one.state === "sent",
      ),
    ),
  );
  await steps.step("a full mailbox: the channel stays", /^works$/, () => healthOf(overdue, channel));
  await machine.run(EMPTY);
  await steps.step("emptied again: a test is sent", /^test sent/, () => sendTest(overdue, channel));
  await steps.step("emptied again: the test is in it", "1 mails", () => inMailbox(scene, 1));
  await other.close();
}

const EMPTY = "doveadm expunge -u ops@corp.test mailbox INBOX all";
const FILL =
  "(printf 'Subject: big\\n\\n'; head -c 90000 /dev/zero | tr '\\0' x | fold -w 70) | doveadm save -u ops@corp.test";
const IN_15_MIN = /^in 1[45] min: .*552 5\.2\.2/;
const isReturned = ({ kind, state }: Delivery) => kind === "down" && state === "retry";

async function wrongPassword(steps: Steps, { ports }: RelayScene): Promise<void> {
  const overdue = await startOverdue({
    SMTP_URL: `smtp://overdue:wrong@127.0.0.1:${ports.smtp}`,
    MAIL_FROM: "alerts@corp.test",
  });
  try {
    const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
    await steps.step(
      "a wrong password is retried, and breaks no channel",
      /^test (retry|sending|pending|failed).*535.*; works$/,
      async () => `${await sendTest(overdue, channel)}; ${await healthOf(overdue, channel)}`,
    );
  } finally {
    await overdue.stop();
  }
}

/** Accepts every request. */
async function startHttp(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.close().closeAllConnections();
      await once(server, "close");
    },
  };
}
