import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Access } from "#client/kubeconfig.ts";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { freePort } from "../harness/cluster.ts";

/** What every process of one server has in common. */
export interface Ground {
  readonly port: number;
  readonly serving: KeyPair;
  /** PEM. */
  readonly clientCa: string;
}

/** One process of a server. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when it listens. */
  readonly listening: Promise<void>;
  /** kill -9; resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** A server whose processes come and go; its address, its certificates and its data stay. */
export interface MortalServer extends AsyncDisposable {
  /** An administrator's. */
  readonly access: Access;
  readonly start: () => ServerProcess;
}

/** `variables`: what its processes are given beside those of this one. */
export async function mortalServer(variables: Readonly<Record<string, string>> = {}): Promise<MortalServer> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-mortal-"));
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("mortal-ca", validity);
  const serving = await authority.forServer({ name: "kube-apiserver" }, ["127.0.0.1"], validity);
  const client = await authority.forClient({ name: "admin", organizations: ["system:masters"] }, validity);
  const ground: Ground = { port: await freePort(), serving, clientCa: authority.certificate };
  writeFileSync(join(folder, "ground.json"), JSON.stringify(ground), { mode: 0o600 });
  let last: ServerProcess | undefined;
  return {
    access: {
      server: `https://127.0.0.1:${ground.port}`,
      ca: authority.certificate,
      certificate: { cert: client.certificate, key: client.key },
      token: undefined,
      tokenFile: undefined,
      serverName: undefined,
      insecure: false,
      namespace: "default",
    },
    start() {
      last = startProcess(folder, variables);
      return last;
    },
    async [Symbol.asyncDispose]() {
      await last?.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

function startProcess(folder: string, variables: Readonly<Record<string, string>>): ServerProcess {
  const program = join(import.meta.dirname, "server-process.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...variables },
  });
  const exited = once(child, "exit");
  const listening = new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    exited.then(() => reject(new Error("the server ended before it listened")));
  });
  listening.catch(() => {}); // it may be killed before anybody waits for it
  return {
    pid: child.pid ?? 0,
    listening,
    async kill() {
      child.kill("SIGKILL");
      const [code] = await exited;
      if (code !== null) throw new Error(`the server had ended by itself: ${code}`);
    },
  };
}
