import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type Pod, pods } from "#api/core/pod.ts";
import { readAs } from "#client/wire.ts";
import { type KubeletApi, startKubeletApi } from "#daemons/node/kubelet-api.ts";
import type { PodAccess } from "#daemons/node/pod-access.ts";
import { connectFrom } from "#os/inner-socket.ts";
import { type Authority, createAuthority, type KeyPair, type Subject } from "#os/pki.ts";
import type { Execution } from "#os/process-runtime/exec.ts";
import { CannotRun } from "#os/process-runtime/plan.ts";
import type { Container } from "#os/process-runtime/runtime.ts";
import type { TerminalSize } from "#os/pseudo-terminal.ts";

/** A node whose one pod's containers are this machine: commands are plain processes, logs plain files. */
export interface FakeNode {
  readonly port: number;
  readonly ca: string;
  /** The API server's. */
  readonly apiServer: KeyPair;
  /** A client's certificate by the cluster's own authority. */
  readonly clientOf: (subject: Subject) => Promise<KeyPair>;
  /** Below it stand the logs, `web.log` and `web.previous.log`. */
  readonly folder: string;
  /** What runs of the commands that were started. */
  readonly running: () => readonly ChildProcess[];
  /** That terminals were given, of commands and of the container. */
  readonly sizes: readonly TerminalSize[];
  /** What those that attach to the container `web` have written; ended by the first of them. */
  readonly input: PassThrough;
  /** Ends the container `web`. */
  readonly endContainer: () => void;
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

const pod: Pod = readAs(pods, {
  metadata: { name: "web-0", namespace: "shop", uid: "7b1c" },
  spec: { containers: [{ name: "web" }, { name: "slow" }, { name: "pulling" }, { name: "new" }] },
  status: {
    containerStatuses: [
      {
        name: "slow",
        ready: false,
        restartCount: 0,
        image: "",
        imageID: "",
        state: { waiting: { reason: "ContainerCreating" } },
      },
      {
        name: "pulling",
        ready: false,
        restartCount: 0,
        image: "",
        imageID: "",
        state: { waiting: { reason: "ErrImagePull" } },
      },
    ],
  },
});

export const validity = () => ({ from: Date.now() - 60_000, to: Date.now() + 3_600_000 });

export async function startFakeNode(timing = { openingSeconds: 30, pingSeconds: 10 }): Promise<FakeNode> {
  const folder = await mkdtemp(join(tmpdir(), "ptl-kubelet-"));
  const authority: Authority = await createAuthority("cluster", validity());
  const clientOf = (subject: Subject): Promise<KeyPair> => authority.forClient(subject, validity());
  const [server, apiServer] = await Promise.all([
    authority.forServer({ name: "system:node:n1", organizations: ["system:nodes"] }, ["127.0.0.1"], validity()),
    clientOf({ name: "kube-apiserver-kubelet-client", organizations: ["kubeadm:cluster-admins"] }),
  ]);
  const children = new Set<ChildProcess>();
  const faults: unknown[] = [];
  const [sizes, input]: [TerminalSize[], PassThrough] = [[], new PassThrough()];
  let isOver = false;
  const api: KubeletApi = await startKubeletApi({
    addresses: ["127.0.0.1"],
    port: 0,
    tls: { cert: server.certificate, key: server.key, ca: authority.certificate },
    pods: accessTo(folder, { isOver: () => isOver, children, sizes, input }),
    failed: (fault) => faults.push(fault),
    timing,
  });
  return {
    port: api.port,
    ca: authority.certificate,
    apiServer,
    clientOf,
    folder,
    faults,
    sizes,
    input,
    running: () => [...children],
    endContainer: () => {
      isOver = true;
    },
    async stop() {
      await api.close();
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Around {
  readonly isOver: () => boolean;
  readonly children: Set<ChildProcess>;
  readonly sizes: TerminalSize[];
  readonly input: PassThrough;
}

const accessTo = (folder: string, { isOver, children, sizes, input }: Around): PodAccess => ({
  all: () => [pod],
  pod: (namespace, name) => (namespace === "shop" && name === "web-0" ? pod : undefined),
  container: (_, name, previous) =>
    name === "web" ? run(folder, previous ? "web.previous" : "web", previous || isOver()) : undefined,
  exec: async (id, argv) => execute(id, argv, children),
  execAtTerminal: async (id, argv) => ({
    ...(await execute(id, argv, children)),
    resize: (size) => void sizes.push(size),
  }),
  attach: async () => ({
    hasTerminal: true,
    input: async () => input,
    resize: async (size) => void sizes.push(size),
  }),
  sandbox: () => (isOver() ? undefined : "7b1c"),
  connect: (_, to) => connectFrom(undefined, to),
});

function run(folder: string, id: string, isOver: boolean): Container {
  const started = { startedAt: new Date(0) };
  return {
    id,
    sandbox: "7b1c",
    name: "web",
    attempt: 0,
    labels: {},
    logPath: join(folder, `${id}.log`),
    terminationPath: join(folder, `${id}.words`),
    state: isOver
      ? { kind: "ended", ...started, exitCode: 0, reason: "Completed", message: "", finishedAt: new Date(0) }
      : { kind: "running", ...started, process: { pid: 1, bornTicks: 0 } },
  };
}

async function execute(id: string, argv: readonly string[], children: Set<ChildProcess>): Promise<Execution> {
  const [program = "", ...args] = argv;
  if (program === "nosuch") throw new CannotRun(id, `exec: "nosuch": executable file not found in $PATH`);
  const child = spawn(program, args);
  children.add(child);
  child.stdin.on("error", () => {}); // a command may end without reading its input
  const exitCode = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exitCode,
    kill: async () => void child.kill("SIGKILL"),
    resize: () => {},
  };
}
