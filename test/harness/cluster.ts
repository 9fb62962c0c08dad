import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, run } from "#os/spawn.ts";
import { heldUntilInterrupted } from "./interruption.ts";
import { findKubectls, type Kubectl } from "./kubectls.ts";

const portolan = join(import.meta.dirname, "../../bin/portolan");

/** A cluster of a test's own; `await using` takes it down and deletes its data. */
export interface TestCluster extends AsyncDisposable {
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly apiPort: number;
  /** Runs the newest kubectl of this machine, or the one named; rejects with `CommandFailed`. */
  readonly kubectl: (args: readonly string[], options?: KubectlOptions) => Promise<Finished>;
  /** Runs `portolan` on this cluster. */
  readonly portolan: (command: string, ...args: readonly string[]) => Promise<Finished>;
}

export interface KubectlOptions {
  /** What kubectl reads from its standard input: `apply -f -`. */
  readonly input?: string;
  readonly by?: Kubectl;
}

export interface ClusterOptions {
  /** `default`: port 6443 and the default ranges, for files of test/cluster only, since those run one after another. */
  readonly addresses?: "own" | "default";
  /** Further flags of `up`. */
  readonly flags?: readonly string[];
}

/** Brings a cluster up and waits until it is ready. Rejects with what `up` says where it can't. */
export async function startCluster({ addresses = "own", flags = [] }: ClusterOptions = {}): Promise<TestCluster> {
  await using unlessDone = new AsyncDisposableStack();
  const dataDir = await mkdtemp(`${tmpdir()}/portolan-cluster-`);
  unlessDone.defer(() => rm(dataDir, { recursive: true, force: true }));
  // Pods run as other users too, and their files lie below.
  await chmod(dataDir, 0o755);
  const block =
    addresses === "own" ? unlessDone.adopt(await claimBlock(), ({ claim }) => void claim.close()) : undefined;
  const apiPort = block === undefined ? 6443 : await freePort();
  const kubeconfig = `${dataDir}/kubeconfig`;
  const newest = (await findKubectls()).at(-1)?.path ?? "kubectl";
  const onCluster = (command: string, ...args: readonly string[]): Promise<Finished> =>
    run([portolan, command, "--data-dir", dataDir, ...args]);

  unlessDone.defer(async () => {
    await onCluster("down", "--purge");
  });
  await onCluster("up", "-d", "--api-port", `${apiPort}`, ...(block?.flags ?? []), ...flags);
  const owned = heldUntilInterrupted(unlessDone.move());
  return {
    dataDir,
    kubeconfig,
    apiPort,
    kubectl: (args, { input, by } = {}) =>
      run([by?.path ?? newest, "--kubeconfig", kubeconfig, ...args], input === undefined ? {} : { input }),
    portolan: onCluster,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

interface Block {
  readonly flags: readonly string[];
  /** Ends with this process, whatever happens to it. */
  readonly claim: Server;
}

/** One /16 that no other test has now: half of it for pods, half for services. */
async function claimBlock(): Promise<Block> {
  for (let second = 200; second < 250; second++) {
    const claim = await listen(`\0portolan-test-10.${second}`);
    if (claim === undefined) continue;
    claim.unref();
    const flags = ["--cluster-cidr", `10.${second}.0.0/17`, "--service-cluster-ip-range", `10.${second}.128.0/17`];
    return { flags, claim };
  }
  throw new Error("50 test clusters run already: no block of addresses is left");
}

/** A server at a Unix socket's name; undefined where somebody listens there. */
function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(name, () => resolve(server));
  });
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
