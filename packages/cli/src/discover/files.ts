import { accessSync, constants, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The files of a machine, by the paths that they have on it. What is missing or may not be read is null, or an empty list. */
export type Files = {
  read: (path: string) => string | null;
  /** The names in a folder, sorted as run-parts and systemd sort them. */
  list: (folder: string) => string[];
  /** Where a symbolic link points to, as it is written. */
  link: (path: string) => string | null;
  exists: (path: string) => boolean;
  isFolder: (path: string) => boolean;
  isExecutable: (path: string) => boolean;
};

const BYTES_MAX = 32_000_000;
const LINKS_MAX = 20;

/** The files below `root`, which is `/` or a copy of another machine's files. Links are followed within `root`. */
export function filesBelow(root: string): Files {
  const real = (path: string) => join(root, resolveLinks(root, path));
  /** The path itself, where it is a link. */
  const own = (path: string) => join(real(dirname(path)), basename(path));
  return {
    read: (path) => orElse(null, () => readSmall(real(path))),
    list: (folder) => orElse([], () => readdirSync(real(folder)).toSorted()),
    link: (path) => orElse(null, () => readlinkSync(own(path))),
    exists: (path) => orElse(false, () => lstatSync(own(path)) !== null),
    isFolder: (path) => orElse(false, () => statSync(real(path)).isDirectory()),
    isExecutable: (path) =>
      orElse(false, () => {
        accessSync(real(path), constants.X_OK);
        return (statSync(real(path)).mode & 0o111) !== 0;
      }),
  };
}

function readSmall(path: string): string | null {
  const found = statSync(path);
  return found.isFile() && found.size <= BYTES_MAX ? readFileSync(path, "utf8") : null;
}

/** Follows each link of a path below `root`: an absolute target begins there, and not at the machine that we run on. */
function resolveLinks(root: string, path: string): string {
  let parts = resolve("/", path).split("/").slice(1);
  let done = "/";
  for (let links = 0; parts.length > 0;) {
    const [part = "", ...rest] = parts;
    const target = orElse(null, () => readlinkSync(join(root, done, part)));
    parts = rest;
    if (target === null || links >= LINKS_MAX) {
      done = join(done, part);
      continue;
    }
    links += 1;
    parts = [...resolve(done, target).split("/").slice(1), ...rest];
    done = "/";
  }
  return done;
}

function orElse<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** The folder of a path, and a path made absolute from it: `../x` of `/etc/a/b` is `/etc/x`. */
export function besides(path: string, target: string): string {
  return resolve(dirname(path), target);
}
