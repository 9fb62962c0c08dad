import { readFile } from "node:fs/promises";
import { nameServersOf, namesOnlyStub } from "#core/dns/resolv-conf.ts";

/** A resolver that is asked for names outside the cluster, or an address that this server listens at. */
export interface ServerAddress {
  /** An IPv6 address may have a zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
}

/** Where names outside the cluster are asked for, in the order of preference; it may change at any time. */
export type UpstreamSource = () => Promise<readonly ServerAddress[]>;

export interface ResolvFiles {
  /** The machine's own. */
  readonly main: string;
  /** What systemd-resolved writes the real servers into; read where `main` names only its address on this machine. */
  readonly behindStub: string;
}
export const MACHINE_RESOLV_FILES: ResolvFiles = {
  main: "/etc/resolv.conf",
  behindStub: "/run/systemd/resolve/resolv.conf",
};

const DNS_PORT = 53;
/** A laptop changes networks: the files are read again for the first question after so long. */
const REREAD_AFTER_MS = 250;

/** The machine's resolvers, but for those in `own`: a server that asks itself never ends. */
export function machineUpstreams(files: ResolvFiles, own: readonly ServerAddress[]): UpstreamSource {
  const isOwn = (address: string) => own.some((it) => it.address === address && it.port === DNS_PORT);
  let current: Promise<readonly ServerAddress[]> | undefined;
  let readAtMs = 0;
  return () => {
    if (current === undefined || Date.now() - readAtMs >= REREAD_AFTER_MS) {
      readAtMs = Date.now();
      current = readNameServers(files).then((addresses) =>
        addresses.filter((address) => !isOwn(address)).map((address) => ({ address, port: DNS_PORT })),
      );
    }
    return current;
  };
}

async function readNameServers({ main, behindStub }: ResolvFiles): Promise<readonly string[]> {
  const addresses = nameServersOf(await textOf(main));
  return namesOnlyStub(addresses) ? nameServersOf(await textOf(behindStub)) : addresses;
}

// A machine without network has no such file, or one that is being replaced: that is to have no resolvers.
const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
