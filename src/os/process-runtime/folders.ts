import { join } from "node:path";

/** `portolan` may be told any folder, but overlay options, unit files and shells each have characters of their own. */
export class FolderUnfit extends Error {
  readonly code = "FolderUnfit";
  readonly where: string;
  readonly fix: string;
  constructor(folder: string, why: string, fix: string, options?: { readonly cause: unknown }) {
    super(`${folder} can't hold the containers' files: ${why}`, options);
    this.where = folder;
    this.fix = fix;
  }
}

/** Throws `FolderUnfit` where the path can't stand in the options of an overlay mount. */
export function checkFolder(dir: string): void {
  if (/^\/[\w@%+=./-]*$/.test(dir)) return;
  const why = "its path must be absolute and have only letters, digits and @ % + = . / _ -";
  throw new FolderUnfit(dir, why, "choose another folder (--data-dir)");
}

/** Names of sandboxes and containers become folder names. Throws RangeError; callers check names that users choose. */
function checkName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$/.test(name)) return name;
  throw new RangeError(`not a name for a folder: ${JSON.stringify(name)}`);
}

/** Where the runtime keeps its state: these folders are all there is. */
export interface Folders {
  readonly dir: string;
  readonly base: string;
  /** conmon writes a container's exit code into a file here, named by the container's id. */
  readonly exits: string;
  readonly sandboxes: string;
  readonly sandbox: (id: string) => SandboxFolder;
  readonly container: (id: string) => ContainerFolder;
}

export interface SandboxFolder {
  readonly path: string;
  readonly record: string;
  /** The namespaces, bound to files. */
  readonly pins: Readonly<Record<Pin, string>>;
  readonly shm: string;
  readonly containers: string;
}
export type Pin = "net" | "uts" | "ipc";

export interface ContainerFolder {
  readonly path: string;
  readonly record: string;
  readonly log: string;
  /** What conmon runs as its OCI runtime, which becomes the container's first process. */
  readonly script: string;
  readonly fstab: string;
  readonly root: string;
  /** Where the overlay is mounted whose folders it sees instead of some of this machine's. */
  readonly instead: string;
  /** Upper layers of its overlays: all that it writes outside volumes. */
  readonly layers: string;
  readonly pid: string;
  /** The line of /proc/PID/stat at its start. */
  readonly born: string;
  readonly conmonPid: string;
  /** Why it could not be started; empty where it could. */
  readonly fault: string;
  /** What mount and pivot_root said. */
  readonly complaints: string;
  /** That its end went unseen, and when that was found out. */
  readonly lost: string;
  /** conmon makes it where the kernel killed for want of memory. */
  readonly oom: string;
  /** conmon reads commands here. */
  readonly control: string;
  /** conmon takes input for the container here. */
  readonly attach: string;
  readonly termination: string;
  readonly exit: string;
}

export function foldersIn(dir: string): Folders {
  const sandboxes = join(dir, "sandboxes");
  const exits = join(dir, "exits");
  const sandbox = (id: string): SandboxFolder => {
    const path = join(sandboxes, checkName(id));
    const pins = { net: join(path, "net"), uts: join(path, "uts"), ipc: join(path, "ipc") };
    return {
      path,
      pins,
      record: join(path, "sandbox.json"),
      shm: join(path, "shm"),
      containers: join(path, "containers"),
    };
  };
  const container = (id: string): ContainerFolder => {
    const of = partsOf(id);
    return containerFolder(
      join(sandbox(of.sandbox).containers, `${checkName(of.name)}_${of.attempt}`),
      join(exits, id),
    );
  };
  return { dir, base: join(dir, "base"), exits, sandboxes, sandbox, container };
}

function containerFolder(path: string, exit: string): ContainerFolder {
  return {
    path,
    exit,
    record: join(path, "container.json"),
    log: join(path, "log"),
    script: join(path, "script"),
    fstab: join(path, "fstab"),
    root: join(path, "root"),
    instead: join(path, "instead"),
    layers: join(path, "layers"),
    pid: join(path, "pid"),
    born: join(path, "born"),
    conmonPid: join(path, "conmon"),
    fault: join(path, "fault"),
    complaints: join(path, "complaints"),
    lost: join(path, "lost"),
    oom: join(path, "oom"),
    control: join(path, "ctl"),
    attach: join(path, "attach"),
    termination: join(path, "termination"),
  };
}

export interface ContainerName {
  readonly sandbox: string;
  readonly name: string;
  readonly attempt: number;
}

export const containerId = ({ sandbox, name, attempt }: ContainerName): string => `${sandbox}_${name}_${attempt}`;

/** Throws RangeError where the text is no container's id. */
export function partsOf(id: string): ContainerName {
  const match = /^([^_]+)_([^_]+)_(\d+)$/.exec(id);
  if (match === null) throw new RangeError(`not a container's id: ${JSON.stringify(id)}`);
  const [, sandbox = "", name = "", attempt = ""] = match;
  return { sandbox, name, attempt: Number(attempt) };
}
