import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HERE = import.meta.dirname;
const BOOT_MS_MAX = 600_000;
const UNIT = (share: string) => `[Unit]
After=basic.target dbus.service

[Service]
Type=oneshot
ExecStartPre=/bin/mount -t hostfs none /mnt -o ${share}
ExecStart=/bin/sh /mnt/guest.sh
ExecStopPost=/bin/systemctl poweroff --force
`;

/** A ping as the machine sent it. */
export type SentPing = { url: string; facts: string | null; body: string };

/** Boots the Debian of `built` with systemd as PID 1, runs guest.sh in it, and returns what it wrote. */
export async function bootMachine(
  built: string,
): Promise<{ pings: SentPing[]; read: (name: string) => Promise<string> }> {
  const share = await mkdtemp(join(tmpdir(), "overdue-systemd-"));
  process.once("exit", () => execFileSync("rm", ["-rf", share]));
  for (const name of ["guest.sh", "recorder.mjs"]) await copyFile(join(HERE, name), join(share, name));
  execFileSync(process.execPath, [join(HERE, "../../packages/cli/build.mjs"), join(share, "overdue.cjs")]);
  const image = join(share, "root.img");
  await makeImage(join(built, "root"), { share, image });
  // No io_uring: User-Mode Linux 7.2 breaks its page tables by it.
  const words = ["root=/dev/ubda", "rw", "mem=900M", "con=null", "con0=null,fd:1", "con1=null", "quiet"];
  const child = spawn(
    join(built, "linux"),
    [`ubd0=${image}`, ...words, "sysctl.kernel.io_uring_disabled=2"],
    { stdio: ["ignore", "ignore", "ignore"], detached: true },
  );
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), BOOT_MS_MAX);
  await once(child, "exit");
  clearTimeout(timer);
  await rm(image);
  const read = (name: string) => readFile(join(share, name), "utf8").catch(() => "");
  const pings = (await read("pings.jsonl")).split("\n").filter(Boolean);
  return { pings: pings.map((line) => JSON.parse(line) as SentPing), read };
}

async function makeImage(root: string, { share, image }: { share: string; image: string }): Promise<void> {
  const units = join(root, "etc/systemd/system");
  await mkdir(join(units, "multi-user.target.wants"), { recursive: true });
  await writeFile(join(units, "trial.service"), UNIT(share));
  await rm(join(units, "multi-user.target.wants/trial.service"), { force: true });
  await symlink("../trial.service", join(units, "multi-user.target.wants/trial.service"));
  await writeFile(join(root, "etc/hostname"), "web1\n");
  await writeFile(join(root, "etc/fstab"), "");
  await writeFile(join(root, "etc/machine-id"), "d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6\n");
  await mkdir(join(root, "usr/local/bin"), { recursive: true });
  await cp(process.execPath, join(root, "usr/local/bin/node"));
  execFileSync("/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", root, image, "1500M"]);
}
