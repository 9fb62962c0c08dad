import { existsSync, readFileSync, watch } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { hasCode, writeWhole } from "#os/files.ts";
import { ClusterFault } from "./faults.ts";
import { type Given, type SettingName, settingsTable } from "./settings.ts";

const name = "config.yaml";
export const configFile = (dataDir: string): string => join(dataDir, name);

/** Every setting but the folder, in which the file itself stands. */
const rows = Object.values(settingsTable).filter((row) => row.name !== "data-dir");

/** What the cluster's own file says; nothing where there is none. Throws `ConfigUnusable`. */
export async function readConfig(dataDir: string): Promise<ReadonlyMap<string, Given>> {
  const file = configFile(dataDir);
  const text = textOf(file);
  // Reading YAML takes its time to load, and most files are comments only.
  if (text.split("\n").every((line) => /^\s*(#|$)/.test(line))) return new Map();
  const { parseDocument } = await import("yaml");
  // Whoever adds a line below an older one means the new one.
  const document = parseDocument(text, { uniqueKeys: false });
  const [problem] = document.errors;
  if (problem !== undefined) throw unusable(file, `is not YAML: ${problem.message.split("\n")[0]}`);
  const read: unknown = document.toJS();
  if (typeof read !== "object" || read === null || Array.isArray(read))
    throw unusable(file, "has no lines like api-port: 6443");
  return new Map(
    Object.entries(read).flatMap(([key, value]): [string, Given][] => {
      if (!rows.some((row) => row.name === key)) throw unusable(file, `has no setting ${JSON.stringify(key)}`);
      if (typeof value === "object" && value !== null)
        throw unusable(file, `${key} is not ${settingsTable[settingNamed(key)].expected}`);
      return value === null ? [] : [[key, { text: String(value), from: `${file}: ${key}` }]];
    }),
  );
}

const settingNamed = (key: string): SettingName => rows.find((row) => row.name === key)?.name ?? "v";

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (fault) {
    if (hasCode(fault, "ENOENT", "ENOTDIR")) return "";
    throw unusable(file, `can't be read: ${fault instanceof Error ? fault.message : fault}`);
  }
}

const unusable = (file: string, what: string): ClusterFault =>
  new ClusterFault("ConfigUnusable", {
    what: `${file} ${what}`,
    where: file,
    fix: "write one setting a line, as `portolan up --help` lists them, or delete the file",
  });

/** Writes the file of a new cluster, so that the folder alone names it: what was given stands there, the rest as comments. */
export async function writeFirstConfig(dataDir: string, given: ReadonlyMap<string, Given>): Promise<void> {
  const file = configFile(dataDir);
  if (existsSync(file)) return;
  await writeWhole(file, showConfig(given), { mode: 0o644 });
}

export function showConfig(given: ReadonlyMap<string, Given>): string {
  const lines = rows.map((row) => {
    const { text } = given.get(row.name) ?? { text: undefined };
    const line = `${row.name}: ${quoted(row.name === "images" && text ? absolute(text) : (text ?? row.fallback))}`;
    return `# ${row.doc}\n${text === undefined ? "# " : ""}${line}\n`;
  });
  return `# Settings of this cluster: flags and PORTOLAN_* variables win over a line here.\n\n${lines.join("\n")}`;
}

const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(path));
const quoted = (text: string): string => (/^[A-Za-z0-9/][\w./-]*$/.test(text) ? text : JSON.stringify(text));

/** Tells whenever the file was written; editors replace it, so it is the folder that is looked at. */
export function onConfigChange(dataDir: string, changed: () => void): { readonly stop: () => void } {
  const watcher = watch(dataDir, (_, file) => {
    if (file === name || file === null) changed();
  });
  watcher.on("error", () => watcher.close()); // the folder is gone, and the file with it
  return { stop: () => watcher.close() };
}
