#!/bin/sh
# smtp-server 3.21.1 drops its reply to a client that has closed its writing side, even with `allowHalfOpen: true`: it
# writes only while the socket's readyState is "open", and a half-closed socket's is "writeOnly". Exim 4.96 sends QUIT and
# shuts its side down right behind the final dot, so it never sees 250 and sends the same mail again at its next retry.
# Guessed: with allowHalfOpen the reply arrives. Found: onData has taken the mail, and nothing is written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts smtp-server@3.21.1 >/dev/null
cat > try.mjs <<'EOF'
import net from "node:net";
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";

const version = JSON.parse(readFileSync("node_modules/smtp-server/package.json", "utf8")).version;
let taken = 0;
const server = new SMTPServer({
  allowHalfOpen: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  logger: false,
  onData: (stream, session, done) => {
    stream.resume();
    stream.on("end", () => setTimeout(() => ((taken += 1), done(null, "OK")), 100));
  },
});
server.on("error", () => {});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const socket = net.connect({ port: server.server.address().port, host: "127.0.0.1", allowHalfOpen: true });
socket.setEncoding("utf8");
let text = "";
socket.on("data", (data) => (text += data));
const until = async (pattern) => {
  while (!pattern.test(text)) await new Promise((resolve) => socket.once("data", resolve));
  text = "";
};
await until(/^220 /m);
socket.write("EHLO a.example\r\n");
await until(/^250 /m);
socket.write("MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n");
await until(/^354 /m);
const ended = new Promise((resolve) => socket.once("end", resolve));
socket.end("Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n");
await ended;
socket.destroy();
server.close();
console.log(`smtp-server ${version}: mails taken ${taken}, reply ${JSON.stringify(text)}`);
process.exit(taken === 1 && text === "" ? 0 : 1);
EOF
node try.mjs
# Seen: smtp-server 3.21.1: mails taken 1, reply ""
