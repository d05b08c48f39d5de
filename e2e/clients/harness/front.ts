import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";

/** A proxy. `env` is the environment with which a client with fixed host names uses it. */
export type Front = { env: Record<string, string>; close(): Promise<void> };

/**
 * Starts a proxy for clients whose host cannot be set: every host that they request, by http or https, is the product. Its
 * certificate is made for this run, and named in the variables with which clients trust a further authority.
 */
export async function openFront(port: number): Promise<Front> {
  const { folder, file, key, cert } = makeCertificate();
  const sockets = new Set<Socket>();
  const server = createServer((incoming, answer) => {
    const { pathname, search } = new URL(incoming.url ?? "/", "http://localhost");
    const { method, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port, method, headers, path: pathname + search }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  server.on("connect", (_request, socket: Socket) => {
    sockets.add(socket);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const plain = new TLSSocket(socket, { isServer: true, key, cert, ALPNProtocols: ["http/1.1"] });
    const onward = connect(port, "127.0.0.1");
    for (const one of [socket, plain, onward]) one.on("error", () => onward.destroy());
    plain.pipe(onward).pipe(plain);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: {
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      NO_PROXY: "127.0.0.1,localhost",
      no_proxy: "127.0.0.1,localhost",
      SSL_CERT_FILE: file,
      REQUESTS_CA_BUNDLE: file,
      NODE_EXTRA_CA_CERTS: file,
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "overdue-front-"));
  const [keyFile, file, config] = [
    join(folder, "key.pem"),
    join(folder, "cert.pem"),
    join(folder, "cert.cnf"),
  ];
  const names = "DNS:healthchecks.io,DNS:hc-ping.com,DNS:cronitor.link,DNS:cronitor.io";
  writeFileSync(
    config,
    `[req]\ndistinguished_name=name\nx509_extensions=use\nprompt=no\n[name]\nCN=healthchecks.io\n[use]\nsubjectAltName=${names}\n`,
  );
  const make = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  execFileSync("openssl", [...make, "-keyout", keyFile, "-out", file, "-config", config], {
    stdio: "ignore",
  });
  return { folder, file, key: readFileSync(keyFile), cert: readFileSync(file) };
}
