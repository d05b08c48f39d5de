import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

import type { Product } from "./product.ts";

/** The addresses and ports on which the product's processes and its own database accept connections, as `127.0.0.1:8000`. */
export function listenersOf(product: Product): string[] {
  const database = readFileSync(join(product.dataDirectory, "postgres", "postmaster.pid"), "utf8").split(
    "\n",
  )[0];
  const roots = [product.pid, Number(database)];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const own = pids.filter((pid) => ancestors(Number(pid)).some((above) => roots.includes(above)));
  const sockets = new Set(own.flatMap(socketsOf));
  const found = ["tcp", "tcp6"].flatMap(listening).filter(({ socket }) => sockets.has(socket));
  return [...new Set(found.map(({ at }) => at))].toSorted();
}

function ancestors(pid: number): number[] {
  const parent = Number(/^PPid:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent <= 1 ? [pid] : [pid, ...ancestors(parent)];
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      return /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    });
  } catch {
    return []; // it has ended meanwhile
  }
}

const LISTEN = "0A";

function listening(protocol: string): { at: string; socket: string }[] {
  const lines = textOf(`/proc/net/${protocol}`).split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , socket = ""] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    return state === LISTEN ? [{ at: `${readAddress(address)}:${Number.parseInt(port, 16)}`, socket }] : [];
  });
}

/** An address of the kernel's table: words of four bytes, each with its last byte first. */
function readAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (words.length === 1) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  return `[${bytes
    .join("")
    .replaceAll(/(.{4})(?=.)/g, "$1:")
    .toLowerCase()}]`;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
