import { besides, type Files } from "./files.ts";

/** Where systemd looks for the machine's units, the first folder wins. Source: systemd.unit(5), for version 252 and later. */
export const SYSTEM_FOLDERS = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  "/etc/systemd/system",
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/run/systemd/generator.late",
] as const;

/** The same for the units of one user. */
export function userFolders(home: string): string[] {
  return [
    `${home}/.config/systemd/user`,
    "/etc/systemd/user",
    `${home}/.local/share/systemd/user`,
    "/usr/lib/systemd/user",
  ];
}

/** One setting of a unit, and the file and line where it stands. */
type Setting = { section: string; key: string; value: string; place: string };

/** A unit with its drop-ins. */
export type Unit = {
  name: string;
  /** The file that defines it. */
  path: string;
  isMasked: boolean;
  /** The values of a key that stand when everything is read: an empty one cancels those before it. */
  values: (section: string, key: string) => string[];
  /** Where the first such value stands, as file:line. */
  placeOf: (section: string, key: string) => string | null;
};

/** Finds a unit by its name and reads it; an instance `a@b.timer` comes from `a@.timer`. Null: there is none. */
export function readUnit(files: Files, folders: readonly string[], name: string): Unit | null {
  const template = name.replace(/@.*(?=\.[a-z]+$)/, "@");
  const path = [name, template]
    .flatMap((each) => folders.map((folder) => `${folder}/${each}`))
    .find(files.exists);
  if (path === undefined) return null;
  const target = files.link(path);
  // An empty file masks a unit as a link to /dev/null does.
  const isMasked = target === "/dev/null" || files.read(path)?.trim() === "";
  const dropIns = readDropIns(files, folders, [...new Set([name, template])]);
  const own = target === null ? path : besides(path, target);
  const settings = [own, ...dropIns].flatMap((file) => settingsIn(files.read(file) ?? "", file));
  const expand = specifiers(name, /^(\/root|\/home\/[^/]+)\//.exec(folders[0] ?? "")?.[1] ?? "/root");
  const found = (section: string, key: string) => {
    const all = settings.filter((one) => one.section === section && one.key === key);
    return all.slice(all.findLastIndex(({ value }) => value === "") + 1);
  };
  return {
    name,
    path,
    isMasked,
    values: (section, key) => found(section, key).map(({ value }) => expand(value)),
    placeOf: (section, key) => found(section, key)[0]?.place ?? null,
  };
}

/**
 * The drop-ins of a unit in the order in which they are read: by file name, whatever their folder; of two with one name the
 * folder that comes first wins. `a-b.timer` also has those of `a-.timer`, and every timer those of `timer`.
 */
function readDropIns(files: Files, folders: readonly string[], names: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const name of names.flatMap(withPrefixes))
    for (const folder of folders)
      for (const file of files.list(`${folder}/${name}.d`))
        if (file.endsWith(".conf") && !byName.has(file)) byName.set(file, `${folder}/${name}.d/${file}`);
  return [...byName].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, path]) => path);
}

function withPrefixes(name: string): string[] {
  const dot = name.lastIndexOf(".");
  const [stem, type] = [name.slice(0, dot), name.slice(dot + 1)];
  const words = stem.split("-");
  const prefixes = words.slice(1).map((_, index) => `${words.slice(0, index + 1).join("-")}-.${type}`);
  return [name, ...prefixes.toReversed(), type];
}

function settingsIn(text: string, path: string): Setting[] {
  const settings: Setting[] = [];
  let section = "";
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const place = `${path}:${index + 1}`;
    let line = (lines[index] ?? "").trim();
    if (/^[#;]/.test(line)) continue;
    while (line.endsWith("\\") && index + 1 < lines.length) {
      index += 1;
      const next = (lines[index] ?? "").trim();
      // A comment between the parts of a value is left out.
      if (!/^[#;]/.test(next)) line = `${line.slice(0, -1).trimEnd()} ${next}`;
    }
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value = ""] = /^([A-Za-z]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) settings.push({ section, key, value, place });
  }
  return settings;
}

function specifiers(name: string, home: string): (value: string) => string {
  const stem = name.replace(/\.[a-z]+$/, "");
  const [prefix = "", instance = ""] = stem.split(/@(.*)/);
  const known: Readonly<Record<string, string>> = {
    "%": "%",
    n: name,
    N: stem,
    p: prefix,
    P: unescape(prefix),
    h: home,
    i: instance,
    I: unescape(instance),
  };
  return (value) => value.replaceAll(/%(.)/g, (whole, letter: string) => known[letter] ?? whole);
}

/** `-` stands for `/` in the name of an instance, and `\x2d` for `-`. Source: systemd-escape(1). */
function unescape(text: string): string {
  return text
    .replaceAll("-", "/")
    .replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** The units of one type that anything could start: those that are enabled, and those whose files lie there. */
export function unitNames(
  files: Files,
  folders: readonly string[],
  type: string,
): { all: string[]; enabled: Set<string> } {
  const ending = `.${type}`;
  const enabled = new Set<string>();
  const all = new Set<string>();
  for (const folder of folders)
    for (const name of files.list(folder)) {
      if (name.endsWith(ending)) all.add(name);
      if (!/\.(?:wants|requires|upholds)$/.test(name)) continue;
      for (const wanted of files.list(`${folder}/${name}`)) if (wanted.endsWith(ending)) enabled.add(wanted);
    }
  return { all: [...new Set([...all, ...enabled])].toSorted(), enabled };
}
