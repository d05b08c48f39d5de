import type { Machine } from "../machine.ts";
import { startOverdue } from "../product.ts";
import { freePort, type Steps } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { takeCheckDown, sendTest, sentInTheEnd } from "../steps.ts";
import {
  arrived,
  deniesRelaying,
  givesUp,
  MAILDIR,
  mailSteps,
  withRelay,
  type RelayPorts,
  type RelayScene,
} from "./relay.ts";

/** Debian's default settings are kept where they matter, such as STARTTLS with a self-signed certificate. */
const mainCf = ({ gone, ping, nobody }: RelayPorts) => `
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.corp.test
mynetworks = 127.0.0.0/8
mydestination =
virtual_mailbox_domains = corp.test, xn--mnchen-3ya.test
virtual_mailbox_maps = inline:{ops@corp.test=ops/, limit@corp.test=limit/, ops@xn--mnchen-3ya.test=ops/}
virtual_mailbox_base = /var/mail/v
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
relay_domains = ping.test, gone.test, defer.test
transport_maps = inline:{ping.test=smtp:[127.0.0.1]:${ping}, gone.test=smtp:[127.0.0.1]:${gone}, defer.test=smtp:[127.0.0.1]:${nobody}}
smtpd_tls_cert_file = /etc/postfix/self.pem
smtpd_tls_key_file = /etc/postfix/self.key
smtpd_tls_security_level = may
smtp_tls_security_level = may
smtpd_sasl_type = dovecot
anvil_rate_time_unit = 10s
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_queue_lifetime = 20s
`;

const masterCf = (smtp: number, screen: number) => `
127.0.0.1:${smtp} inet n - n - - smtpd
127.0.0.1:${screen} inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

export const postfix: Trial = {
  name: "Postfix",
  run: async (steps) => {
    const screen = await freePort();
    await withRelay(
      async (machine, ports) => {
        steps.version = await machine.install("postfix");
        await machine.write("/etc/postfix/main.cf", mainCf(ports));
        await machine.write("/etc/postfix/master.cf", masterCf(ports.smtp, screen));
        await machine.run(SELF_SIGNED);
        await machine.run("mkdir -p /var/mail/v; chown mail:mail /var/mail/v; postfix start 2>&1");
        return steps.version;
      },
      async (scene) => {
        // This comes first, because later mails to owners would use up the limit.
        await limitAndStop(steps, scene);
        await mailSteps(steps, scene, { waiting: "mailq | grep -c '^[0-9A-F]\\{6,\\}' || true" });
        await steps.step("STARTTLS with a self-signed certificate", /^\d+ mails, over TLS$/, () =>
          arrived(scene.machine, MAILDIR, "[Down] "),
        );
        await steps.step("an address at a domain in another script", /^test sent/, async () =>
          sendTest(scene.overdue, await scene.overdue.addChannel("email", { to: "ops@münchen.test" })),
        );
        await givesUp(steps, scene);
        // Debian's default settings defer it (454); many others refuse it permanently.
        const refuse = "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination";
        await configure(scene.machine, "mynetworks=10.9.9.9/32", refuse);
        await deniesRelaying(steps, scene, /554.*Relay access denied/);
        await throughPostscreen(steps, screen);
      },
    );
  },
};

const SELF_SIGNED =
  "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=relay -keyout /etc/postfix/self.key -out /etc/postfix/self.pem 2>/dev/null";

async function limitAndStop(steps: Steps, { machine, overdue }: RelayScene): Promise<void> {
  const channel = await overdue.addChannel("email", { to: "limit@corp.test" });
  const sent = (state: string) => state === "sent";
  await configure(machine, "smtpd_client_message_rate_limit=1", "smtpd_client_event_limit_exceptions=");
  await steps.step("a limit (450) is waited out", /^down sent, [2-9] tries/, async () => {
    // A test uses up the limit first; a down would hold a second down back until the limit is over.
    await sendTest(overdue, channel);
    return takeCheckDown(overdue, channel, { enough: sent, withinMs: 120_000 });
  });
  await configure(machine, "smtpd_client_message_rate_limit=0");
  await machine.run("postfix stop 2>&1");
  await steps.step("stopped", /^down (retry|sending|pending)/, () => takeCheckDown(overdue, channel));
  await machine.run("postfix start 2>&1");
  await steps.step("started again", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
}

async function throughPostscreen(steps: Steps, port: number): Promise<void> {
  const overdue = await startOverdue({ SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "alerts@corp.test" });
  const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
  await steps.step("postscreen, which greets after 6 s", /^down sent, 1 tries/, () =>
    takeCheckDown(overdue, channel, { enough: (state) => state === "sent" }),
  );
  await overdue.stop();
}

/** Restarts Postfix, because a reload would leave open connections with the old settings. */
async function configure(machine: Machine, ...settings: string[]): Promise<void> {
  const quoted = settings.map((setting) => `'${setting}'`).join(" ");
  await machine.run(`postconf -e ${quoted} && postfix stop 2>&1 && postfix start 2>&1`);
}
