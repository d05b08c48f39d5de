import { connect } from "node:net";

import type { Trial } from "../support/try-all.ts";
import { withOverdue } from "./harness/shared.ts";

const HALF_CLOSED = { halfClose: true };

/** Requests as small devices and old programs write them into a socket by hand. */
export const rawSockets: Trial = {
  name: "raw-sockets",
  run: withOverdue(async (steps, overdue) => {
    steps.version = "-";
    const port = Number(overdue.address.split(":")[1]);
    const ways: [step: string, head: string, seen: string, options?: { halfClose: boolean }][] = [
      ["HTTP/1.0 without Host", "GET {} HTTP/1.0\r\n\r\n", "200 OK success"],
      ["an empty Host", "GET {} HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "200 OK success"],
      ["a Host with spaces", "GET {} HTTP/1.1\r\nHost: a b c\r\nConnection: close\r\n\r\n", "200 OK success"],
      [
        "a Host with an impossible port",
        "GET {} HTTP/1.1\r\nHost: a_b:99999\r\nConnection: close\r\n\r\n",
        "200 OK success",
      ],
      [
        "HTTP/1.1 without Host, which it requires",
        "GET {} HTTP/1.1\r\nConnection: close\r\n\r\n",
        "400 Bad Request nothing",
      ],
      ["half-closed after GET", "GET {} HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK success", HALF_CLOSED],
      ["half-closed after HTTP/1.0 GET", "GET {} HTTP/1.0\r\n\r\n", "200 OK success", HALF_CLOSED],
      [
        "half-closed after POST",
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
        '200 OK success "body"',
        HALF_CLOSED,
      ],
      [
        "HTTP/1.0 POST without a length",
        "POST {}/fail HTTP/1.0\r\n\r\nto the end",
        '200 OK fail "to the end"',
        HALF_CLOSED,
      ],
      [
        "Latin-1 and a space in the query",
        "GET {}/log?m=Gr\xf6\xdfe x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "200 OK log",
      ],
    ];
    for (const [step, head, seen, options] of ways) {
      const check = await overdue.addCheck();
      await steps.step(step, seen, async () => {
        const bytes = Buffer.from(head.replace("{}", `/ping/${check.uuid}`), "latin1");
        const answer = await exchange(port, bytes, options?.halfClose ?? false);
        const status = answer.split("\r\n")[0]?.replace("HTTP/1.1 ", "") ?? "";
        return `${status} ${await overdue.seen(check)}`;
      });
    }
    await steps.step(
      "POST /pause with the body null, as Ansible's module sends it",
      '200 "paused"',
      async () => {
        const check = await overdue.addCheck();
        const answer = await fetch(`${overdue.origin}/api/v3/checks/${check.uuid}/pause`, {
          method: "POST",
          headers: { "x-api-key": overdue.keys.write },
          body: "null",
        });
        return `${answer.status} ${await overdue.field(check, "status")}`;
      },
    );
  }),
};

/** Sends bytes. @returns everything that comes back until the other side closes, or five seconds have passed */
function exchange(port: number, bytes: Buffer, halfClose: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => void (answer += chunk.toString("latin1")));
    socket.on("end", () => socket.end());
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    if (halfClose) socket.end(bytes);
    else socket.write(bytes);
  });
}
