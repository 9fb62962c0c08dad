import { parseArgs } from "node:util";
import { readConfig } from "#cluster/config-file.ts";
import { type Asked, type Given, readSettings, type Setting, settingsTable, variableOf } from "#cluster/settings.ts";
import { UsageFault } from "./usage.ts";

interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
}
export type Flags = Readonly<Record<string, Flag>>;

export interface Parsed {
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  readonly has: (name: string) => boolean;
  readonly rest: readonly string[];
}

/** Flags every command of a cluster takes. */
export const clusterFlags: Flags = {
  "data-dir": { type: "string" },
  kubeconfig: { type: "string" },
  debug: { type: "boolean" },
  output: { type: "string", short: "o" },
};

/** Reads a command line. Throws `UsageFault` for what isn't a flag of the command, and for arguments that it doesn't take. */
export function parse(args: readonly string[], flags: Flags, takesRest = false): Parsed {
  let parsed: { readonly values: Record<string, unknown>; readonly positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: { ...flags }, allowPositionals: takesRest, strict: true });
  } catch (fault) {
    if (fault instanceof TypeError)
      throw new UsageFault(fault.message.split(". ")[0] ?? fault.message, "see `--help` of the command");
    throw fault;
  }
  const texts = (name: string): readonly string[] =>
    [parsed.values[name] ?? []].flat().filter((one) => typeof one === "string");
  return {
    texts,
    text: (name) => texts(name).at(-1),
    has: (name) => parsed.values[name] === true,
    rest: parsed.positionals,
  };
}

const rows: readonly Setting[] = Object.values(settingsTable);
export const settingFlags: Flags = Object.fromEntries(
  rows.map(({ name, isSwitch }) => [
    name,
    { type: isSwitch ? "boolean" : "string", ...(name === "v" && { short: "v" }) },
  ]),
);

/** A flag wins over a variable, that over config.yaml, that over the default. Throws `SettingInvalid`, `ConfigUnusable`. */
export async function askedFrom(
  parsed: Parsed,
  environment = process.env,
  role: Asked["role"] = "cluster",
): Promise<Asked> {
  const given = new Map<string, Given>();
  for (const { name } of rows) {
    const variable = variableOf({ name });
    const fromEnvironment = environment[variable];
    const flag = parsed.has(name) ? "true" : parsed.text(name);
    if (fromEnvironment !== undefined && fromEnvironment !== "")
      given.set(name, { text: fromEnvironment, from: variable });
    if (flag !== undefined) given.set(name, { text: flag, from: `--${name}` });
  }
  const lines = await readConfig(readSettings(given)["data-dir"]);
  return { settings: readSettings(new Map([...lines, ...given])), role, given, lines };
}

/** The data folder of commands that need a cluster which stands already. */
export function dataDirFrom(parsed: Parsed, environment: NodeJS.ProcessEnv = process.env): string {
  const flag = parsed.text("data-dir");
  const variable = variableOf({ name: "data-dir" });
  const text = flag ?? environment[variable];
  return readSettings(
    text === undefined
      ? new Map()
      : new Map([["data-dir", { text, from: flag === undefined ? variable : "--data-dir" }]]),
  )["data-dir"];
}

/** Whether facts are wanted as JSON. Throws `UsageFault` for any other form. */
export function wantsJson(parsed: Parsed): boolean {
  const form = parsed.text("output");
  if (form !== undefined && form !== "json") throw new UsageFault(`-o ${form} is not known`, "-o json, or nothing");
  return form === "json";
}
