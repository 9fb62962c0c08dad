import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { type Access, readKubeconfig } from "#client/kubeconfig.ts";
import { refusedFor } from "#client/resource.ts";
import { Unreachable } from "#client/transport.ts";
import { obtainNodeIdentity } from "#daemons/node/identity/node-identity.ts";
import type { KeyPair } from "#os/pki.ts";
import { ClusterFault } from "./faults.ts";
import { writeAccess } from "./identities.ts";
import { caCertHash } from "./join-token.ts";

/** How a machine that belongs to no cluster yet may come in. */
export type Introduction =
  | { readonly by: "kubeconfig"; readonly file: string }
  | { readonly by: "token"; readonly server: string; readonly token: string; readonly caCertHash: string };

export interface Joining {
  readonly nodeName: string;
  /** The node's certificates. */
  readonly folder: string;
  /** Where the node's own kubeconfig is, or will be. */
  readonly kubeconfig: string;
  /** undefined: only a node that has joined before can go on. */
  readonly introduction: Introduction | undefined;
}

/** The API as the node itself, by a certificate that it has, or now gets. Throws `NotJoined`, `AuthorityUnknown`, and the client's faults. */
export async function joinCluster(
  { nodeName, folder, kubeconfig, introduction }: Joining,
  signal: AbortSignal,
): Promise<Access & { readonly certificate: NonNullable<Access["certificate"]> }> {
  const first = introduction === undefined ? await readOwn(kubeconfig) : await introduced(introduction);
  const obtaining = obtainNodeIdentity({ nodeName, folder, ca: first.ca, now: Date.now }, first, signal);
  const pair = await obtaining.catch((fault: unknown) => {
    throw refusedFor(fault, "Unauthorized") ? unwelcome(first.server, fault) : fault;
  });
  await keepAccess(kubeconfig, first, pair);
  return { ...first, token: undefined, tokenFile: undefined, certificate: { cert: pair.certificate, key: pair.key } };
}

const unwelcome = (server: string, cause: unknown) =>
  new ClusterFault("NotJoined", {
    what: `the cluster at ${server} knows neither this token nor this node: a token counts for a day`,
    where: "--token",
    fix: "start `portolan server` anew, which makes a token, and copy the line that it shows",
    cause,
  });

/** Writes down how the node reaches the API, for its next start and for people. */
export async function keepAccess(kubeconfig: string, { server, ca = "" }: Access, client: KeyPair): Promise<void> {
  await mkdir(dirname(kubeconfig), { recursive: true, mode: 0o755 });
  await writeAccess(kubeconfig, { server, ca, client });
}

/** The usual place of a node's kubeconfig. */
export const nodeKubeconfig = (dataDir: string): string => join(dataDir, "kubeconfig");

async function readOwn(kubeconfig: string): Promise<Access> {
  if (existsSync(kubeconfig)) return readKubeconfig(kubeconfig);
  throw new ClusterFault("NotJoined", {
    what: "this node belongs to no cluster yet",
    where: kubeconfig,
    fix: "`portolan server` says how to join its cluster: by --server, --token and --discovery-token-ca-cert-hash, or --bootstrap-kubeconfig",
  });
}

async function introduced(introduction: Introduction): Promise<Access> {
  if (introduction.by === "kubeconfig") return readKubeconfig(introduction.file);
  const { server, token, caCertHash: hash } = introduction;
  const ca = await authorityAt(server, hash);
  return {
    server,
    ca,
    token,
    tokenFile: undefined,
    certificate: undefined,
    serverName: undefined,
    insecure: false,
    namespace: "default",
  };
}

/** Who has signed the server's certificate, if it is who it must be. Nothing is sent to the server before that is known. */
async function authorityAt(server: string, hash: string): Promise<string> {
  const chain = await chainAt(server);
  const found = chain.map(pemOf).find((pem) => caCertHash(pem) === hash);
  if (found !== undefined) return found;
  throw new ClusterFault("AuthorityUnknown", {
    what: `the server at ${server} is not of the cluster that is meant: none of its certificates has the public key ${hash}`,
    where: "--discovery-token-ca-cert-hash",
    fix: "see that --server is the right one, and copy the hash again from what `portolan server` says",
  });
}

function chainAt(server: string): Promise<readonly DetailedPeerCertificate[]> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || 443),
      rejectUnauthorized: false,
    });
    socket.once("error", (cause) => reject(new Unreachable(server, { cause })));
    socket.once("secureConnect", () => {
      resolve(chainOf(socket.getPeerCertificate(true)));
      socket.destroy();
    });
  });
}

/** The last one is its own issuer. */
function chainOf(leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const next = leaf.issuerCertificate;
  return next === undefined || next.fingerprint256 === leaf.fingerprint256 ? [leaf] : [leaf, ...chainOf(next)];
}

const pemOf = ({ raw }: DetailedPeerCertificate): string =>
  `-----BEGIN CERTIFICATE-----\n${(raw.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
