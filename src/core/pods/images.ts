import { type FieldProblem, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Refusal } from "./observed.ts";

/** One entry of a catalogue: what an image would carry with it. */
export interface ImageEntry {
  /** ENTRYPOINT: a pod's own `command` replaces it, and `args` with it. */
  readonly command?: readonly string[];
  /** CMD: a pod's own `args` replace it. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A name or a number, with a group after a colon perhaps. */
  readonly user?: string;
  /** Another entry, which this one changes. */
  readonly use?: string;
}
export type Catalogue = ReadonlyMap<string, ImageEntry>;

/** What an image name means on this node. */
export interface Image {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  /** A program of ours that `command` are arguments of; undefined where `command` is a program of the machine. */
  readonly program: OwnImage | undefined;
}

/** A program of ours, by the name that its entry has. */
export type OwnImage = "portolan/echo" | "portolan/ingress";
const echo: OwnImage = "portolan/echo";
const ingress: OwnImage = "portolan/ingress";
const shell: ImageEntry = { args: ["sh"] };
// Without a handler PID 1 ignores SIGTERM.
const pauseScript = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done";

/** Whoever names an image finds it here if no entry of theirs says otherwise. The first of several for a name that is installed. */
const builtIn: Readonly<Record<string, readonly ImageEntry[]>> = {
  [echo]: [{}],
  [ingress]: [{}],
  kubia: [{ use: echo }],
  echoserver: [{ use: echo }],
  pause: [{ command: ["sh", "-c", pauseScript] }],
  nginx: [{ args: ["nginx", "-g", "daemon off;"] }],
  httpd: [{ args: ["httpd", "-DFOREGROUND"] }, { args: ["apachectl", "-DFOREGROUND"] }],
  influxdb: [{ args: ["influxd", "-config", "/etc/influxdb/influxdb.conf"] }],
  redis: [{ args: ["redis-server", "--protected-mode", "no"] }],
  busybox: [shell],
  alpine: [shell],
  debian: [{ args: ["bash"] }, shell],
  ubuntu: [{ args: ["bash"] }, shell],
  curl: [shell],
  netshoot: [{ args: ["bash"] }, shell],
};
/** What Debian and Ubuntu call the package, where it is not the image's own name. */
const packages: Readonly<Record<string, string>> = {
  influxd: "influxdb",
  "redis-server": "redis-server",
  httpd: "apache2",
  apachectl: "apache2",
};

/**
 * What an image name means, or why it means nothing here. `installed` says whether the machine has a program: a name to be
 * looked for on the PATH, or a full path.
 */
export function imageNamed(name: string, own: Catalogue, installed: (program: string) => boolean): Image | Refusal {
  const repository = repositoryOf(name);
  if (repository === undefined) {
    const message = `Failed to apply default image tag ${JSON.stringify(name)}: couldn't parse image name: invalid reference format`;
    return { reason: "InvalidImageName", message };
  }
  const found = look(repository, own);
  if (found === undefined) return pullFailed(name, unknownImage(repository));
  const images = found.flatMap((entry) => resolve(entry, own, [found]));
  const [first] = images;
  if (first === undefined)
    return pullFailed(name, `the catalogue's entries for it use each other in a circle, or one that is not there`);
  const runnable = images.find((image) => image.program !== undefined || isInstalled(image, installed));
  return runnable ?? pullFailed(name, notInstalled(programOf(first) ?? ""));
}

/** The longest entry that equals the name or its tail after a `/`. */
function look(repository: string, own: Catalogue): readonly ImageEntry[] | undefined {
  const parts = repository.split("/");
  for (let from = 0; from < parts.length; from++) {
    const tail = parts.slice(from).join("/");
    const entry = own.get(tail);
    if (entry !== undefined) return [entry];
    if (Object.hasOwn(builtIn, tail)) return builtIn[tail];
  }
  return undefined;
}

type Seen = readonly (readonly ImageEntry[])[];

/** Several where it uses a built-in one of which there are several; none where `use` leads nowhere. */
function resolve(entry: ImageEntry, own: Catalogue, seen: Seen): readonly Image[] {
  const bases = entry.use === undefined ? [bare(entry)] : resolveUse(entry.use, own, seen);
  return bases.map((base) => ({
    command: entry.command ?? base.command,
    args: entry.args ?? (entry.command === undefined ? base.args : []),
    env: { ...base.env, ...entry.env },
    user: entry.user ?? base.user,
    program: entry.command === undefined ? base.program : undefined,
  }));
}

// An entry may use the built-in one of its own name.
function resolveUse(name: string, own: Catalogue, seen: Seen): readonly Image[] {
  const candidates = [look(name, own), look(name, new Map())];
  const entries = candidates.find((found) => found !== undefined && !wasSeen(found, seen)) ?? [];
  return entries.flatMap((entry) => resolve(entry, own, [...seen, entries]));
}

const wasSeen = (entries: readonly ImageEntry[], seen: Seen): boolean =>
  seen.some((before) => before[0] === entries[0]);

const bare = (entry: ImageEntry): Image => ({
  command: [],
  args: [],
  env: {},
  user: undefined,
  program: [echo, ingress].find((name) => entry === builtIn[name]?.[0]),
});

const programOf = ({ command, args }: Image): string | undefined => command[0] ?? args[0];

function isInstalled(image: Image, installed: (program: string) => boolean): boolean {
  const program = programOf(image);
  // Without one the pod has to say what runs.
  return program === undefined || installed(program);
}

const pullFailed = (name: string, why: string): Refusal => ({
  reason: "ErrImagePull",
  message: `Failed to pull image ${JSON.stringify(name)}: ${why}`,
});

const unknownImage = (repository: string): string => {
  const tail = repository.split("/").at(-1) ?? repository;
  const entry = `images: { ${tail}: { args: [PROGRAM, ARGUMENT] } }`;
  return `no program is known for it; write a line such as \`${entry}\` into a file and name that with --images FILE`;
};

function notInstalled(program: string): string {
  const name = program.split("/").at(-1) ?? program;
  const install = program.includes("/") ? `put it there` : `install it (\`apt-get install ${packages[name] ?? name}\`)`;
  return `its program ${program} is not on this machine: ${install}, or name another one with --images FILE`;
}

/**
 * The name without tag and digest; undefined where it is none.
 * Source: the grammar of github.com/distribution/reference, without the limits of length.
 */
function repositoryOf(name: string): string | undefined {
  const match =
    /^((?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:[._/-]+[a-z\d]+)*)(?::[\w][\w.-]{0,127})?(?:@[\w+.-]+:[a-fA-F\d]{32,})?$/.exec(
      name,
    );
  return match?.[1];
}

/** Reads the object of a catalogue file. Everything that is wrong with it is told at once. */
export function parseCatalogue(value: unknown): {
  readonly catalogue: Catalogue;
  readonly problems: readonly FieldProblem[];
} {
  const problems: FieldProblem[] = [];
  const catalogue = new Map<string, ImageEntry>();
  if (!isJsonObject(value))
    return { catalogue, problems: [invalidField("", value, "must be an object with the field images")] };
  for (const key of Object.keys(value)) if (key !== "images") problems.push(unsupportedField(key, key, ["images"]));
  const images = value.images ?? {};
  if (!isJsonObject(images))
    problems.push(invalidField("images", images, "must be an object: a name, then what it means"));
  else
    for (const [name, entry] of Object.entries(images))
      catalogue.set(name, parseEntry(`images[${name}]`, entry, problems));
  return { catalogue, problems };
}

function parseEntry(path: string, value: unknown, problems: FieldProblem[]): ImageEntry {
  if (!isJsonObject(value)) {
    problems.push(invalidField(path, value, "must be an object"));
    return {};
  }
  const entry: { -readonly [Field in keyof ImageEntry]: ImageEntry[Field] } = {};
  for (const [field, content] of Object.entries(value)) {
    const at = `${path}.${field}`;
    if (field === "command" || field === "args") entry[field] = words(at, content, problems);
    else if (field === "env") entry.env = variables(at, content, problems);
    else if (field === "use") entry.use = word(at, content, problems);
    else if (field === "user") entry.user = word(at, content, problems);
    else problems.push(unsupportedField(at, field, ["args", "command", "env", "use", "user"]));
  }
  return entry;
}

function words(path: string, value: unknown, problems: FieldProblem[]): readonly string[] {
  if (Array.isArray(value)) return value.map((item, index) => word(`${path}[${index}]`, item, problems));
  problems.push(invalidField(path, value, "must be a list of words"));
  return [];
}

function variables(path: string, value: unknown, problems: FieldProblem[]): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) {
    problems.push(invalidField(path, value, "must be an object: a name, then its value"));
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, word(`${path}.${name}`, item, problems)]),
  );
}

// Numbers and booleans are what YAML makes of `8080` and `true` where somebody left the quotes out.
function word(path: string, value: unknown, problems: FieldProblem[]): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  problems.push(invalidField(path, value, "must be text"));
  return "";
}
