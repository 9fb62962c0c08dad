import { join } from "node:path";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";

/** Requests to a cluster of another process, as its administrator. Throws `KubeconfigUnusable`. */
export async function connect(dataDir: string): Promise<Transport> {
  return tlsTransport(await readKubeconfig(join(dataDir, "kubeconfig")));
}
