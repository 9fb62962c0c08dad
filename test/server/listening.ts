import { type Authority, createAuthority, type KeyPair } from "#os/pki.ts";
import type { ApiServer } from "#server/api-server.ts";
import { listen } from "#server/connections/listen.ts";
import { type Served, type ServeOptions, serve } from "./served.ts";

/** A server that listens on a port of its own on 127.0.0.1. */
export interface Listening extends AsyncDisposable {
  readonly served: Served;
  readonly port: number;
  readonly authority: Authority;
  /** An administrator's. */
  readonly client: KeyPair;
  readonly renew: (serving: KeyPair) => void;
  readonly close: () => Promise<void>;
}

export const validity = () => ({ from: Date.now() - 60_000, to: Date.now() + 3_600_000 });

export interface ListeningOptions extends ServeOptions {
  /** What stands between the connections and the server; nothing, where it isn't said. */
  readonly between?: (server: ApiServer) => ApiServer;
}

export async function listening({
  between = (server) => server,
  ...options
}: ListeningOptions = {}): Promise<Listening> {
  const authority = await createAuthority("test-ca", validity());
  const serving = await authority.forServer({ name: "kube-apiserver" }, ["127.0.0.1", "localhost"], validity());
  const client = await authority.forClient({ name: "admin", organizations: ["system:masters"] }, validity());
  const served = await serve(options);
  const { port, renew, close } = await listen(between(served.server), {
    address: "127.0.0.1",
    port: 0,
    serving,
    clientCa: authority.certificate,
  });
  return {
    served,
    port,
    authority,
    client,
    renew,
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
      await served[Symbol.asyncDispose]();
    },
  };
}
