import { readIfThere, writeWhole } from "../files.ts";

/** What outlives the agent about a sandbox, written before it is made. */
export interface SandboxRecord {
  readonly labels: Readonly<Record<string, string>>;
  /** The machine's boot: a later one knows none of its namespaces. */
  readonly boot: string;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  /** Which namespaces are its own. */
  readonly pins: readonly ("net" | "uts" | "ipc")[];
  /** Our end of the veth pair; undefined where the network is the host's. */
  readonly link: string | undefined;
  readonly addresses: readonly string[];
}

export interface ContainerRecord {
  readonly labels: Readonly<Record<string, string>>;
  readonly boot: string;
  /** `privilegesOf` its plan, for commands that are run beside it. */
  readonly privileges: readonly string[];
  /** As whom it runs. */
  readonly uid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whether those that attach may write to it. */
  readonly takesInput: boolean;
  readonly hasTerminal: boolean;
  /** Groups that hold its limits, and all that it started. */
  readonly cgroups: readonly string[];
  /** When it was asked for; epoch milliseconds. */
  readonly createdMs: number;
}

export async function writeRecord(file: string, record: SandboxRecord | ContainerRecord): Promise<void> {
  await writeWhole(file, JSON.stringify(record), { mode: 0o600 });
}

/** undefined where it was never written, which is where a start was cut short. */
export async function readSandboxRecord(file: string): Promise<SandboxRecord | undefined> {
  const fields = await fieldsOf(file);
  return (
    fields && {
      labels: texts(fields.labels),
      boot: text(fields.boot),
      hostPID: fields.hostPID === true,
      hostIPC: fields.hostIPC === true,
      pins: list(fields.pins).filter((pin) => pin === "net" || pin === "uts" || pin === "ipc"),
      link: typeof fields.link === "string" ? fields.link : undefined,
      addresses: list(fields.addresses),
    }
  );
}

export async function readContainerRecord(file: string): Promise<ContainerRecord | undefined> {
  const fields = await fieldsOf(file);
  return (
    fields && {
      labels: texts(fields.labels),
      boot: text(fields.boot),
      privileges: list(fields.privileges),
      env: texts(fields.env),
      cwd: text(fields.cwd),
      uid: Number(fields.uid ?? 0),
      takesInput: fields.takesInput === true,
      hasTerminal: fields.hasTerminal === true,
      cgroups: list(fields.cgroups),
      createdMs: Number(fields.createdMs),
    }
  );
}

async function fieldsOf(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = await readIfThere(file);
  if (content === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(content);
    return isObject(value) ? value : undefined;
  } catch (fault) {
    // A power cut may leave an empty file. What it described has gone with it.
    if (fault instanceof SyntaxError) return undefined;
    throw fault;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
const texts = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, item]) => (typeof item === "string" ? [[name, item]] : [])),
      )
    : {};
