/**
 * Who a node is: its client certificate, by which it speaks to the API, and its serving certificate, which it shows to who calls its agent.
 * Source: "TLS bootstrapping" in the Kubernetes reference; pkg/kubelet/certificate.
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { nodesGroup, nodeUserPrefix } from "#api/authentication/subjects.ts";
import type { Access } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { kubeletClientSigner, kubeletServingSigner } from "#core/certificates/signers.ts";
import type { KeyPair } from "#os/pki.ts";
import { type Failure, type Loop, loop } from "../../loop.ts";
import { requestCertificate } from "./certificate-request.ts";
import { isFit, readKeyFile, renewalMs, writeKeyFile } from "./key-file.ts";

export interface NodeIdentityOptions {
  readonly nodeName: string;
  /** Keeps `node-client.pem` and `node-serving.pem`, which only their owner may read. Made where it is missing. */
  readonly folder: string;
  /** PEM: who signs this cluster's certificates. */
  readonly ca: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Purpose = "client" | "serving";

const fileOf = (folder: string, purpose: Purpose): string => join(folder, `node-${purpose}.pem`);

/**
 * The node's client certificate: the one that it has, or, where that is missing, has ended or is somebody else's, a new one. `bootstrap` says
 * where the API is and by what a newcomer may ask there: a token, or a certificate. Waits until the request is decided.
 * Rejects with `CertificateRefused`, a `StatusError`, `Unreachable` or the signal's reason.
 */
export async function obtainNodeIdentity(
  options: NodeIdentityOptions,
  bootstrap: Access,
  signal: AbortSignal,
): Promise<KeyPair> {
  const { folder, nodeName, ca, now } = options;
  const path = fileOf(folder, "client");
  const name = `${nodeUserPrefix}${nodeName}`;
  const known = await readKeyFile(path);
  if (known !== undefined && isFit(known, { name, hosts: [], ca, now: now() })) return known;
  const transport = tlsTransport(bootstrap);
  try {
    const made = await requestCertificate(transport, wishOf("client", nodeName, []), signal);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeKeyFile(path, made);
    return made;
  } finally {
    transport.close();
  }
}

const wishOf = (purpose: Purpose, nodeName: string, hosts: readonly string[]) => ({
  name: `${nodeUserPrefix}${nodeName}`,
  organizations: [nodesGroup],
  hosts,
  ...(purpose === "client"
    ? ({ signer: kubeletClientSigner, usage: "client auth" } as const)
    : ({ signer: kubeletServingSigner, usage: "server auth" } as const)),
});

export interface KeepingOptions extends NodeIdentityOptions {
  /** As the node itself. */
  readonly transport: Transport;
  /** The node's name and addresses as its Node object has them. Asked whenever the certificate is looked at. */
  readonly hosts: () => readonly string[];
  /** Told of every new pair, and at the beginning of the serving pair that is there; it is on disk by then. */
  readonly renewed: (purpose: Purpose, pair: KeyPair) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly failed: (failure: Failure) => void;
}

export interface KeptIdentity {
  /** The node's addresses or the clock have changed: both certificates are looked at again. */
  readonly changed: () => void;
  readonly stop: () => Promise<void>;
}

/** A certificate is renewed at a moment between these parts of its life, so that not all nodes ask at once. Source: client-go. */
const [earliest, latest] = [0.7, 0.9];

/**
 * Gets the serving certificate, and renews both in time for as long as the node lives; the one there is stays in use until another has come.
 */
export function keepNodeIdentity(options: KeepingOptions): KeptIdentity {
  const pairs = new Map<Purpose, Kept>();
  const keeping: Loop = loop<Purpose>({
    name: "node certificates",
    sources: [],
    plan: (key) => (key === "client" || key === "serving" ? key : undefined),
    async apply(purpose, _, signal) {
      const hosts = purpose === "serving" ? options.hosts() : [];
      const kept = pairs.get(purpose) ?? (await fromFile(purpose, options));
      if (kept !== undefined) pairs.set(purpose, kept);
      const restMs = kept === undefined || !isStillFit(kept, hosts, options) ? 0 : kept.dueMs - options.now();
      if (restMs > 0) return { againSeconds: restMs / 1000 };
      const made = await requestCertificate(options.transport, wishOf(purpose, options.nodeName, hosts), signal);
      const next = keptOf(made, options);
      pairs.set(purpose, next);
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      await writeKeyFile(fileOf(options.folder, purpose), made);
      options.renewed(purpose, made);
      return { againSeconds: Math.max(1, (next.dueMs - options.now()) / 1000) };
    },
    parallel: 2,
    backoff: { firstSeconds: 1, longestSeconds: 60, random: options.random },
    failed: options.failed,
  });
  const changed = (): void => {
    for (const purpose of ["client", "serving"]) keeping.enqueue(purpose);
  };
  changed();
  return { changed, stop: keeping.stop };
}

interface Kept {
  readonly pair: KeyPair;
  /** When another is asked for. */
  readonly dueMs: number;
}

const keptOf = (pair: KeyPair, { random }: Pick<KeepingOptions, "random">): Kept => ({
  pair,
  dueMs: renewalMs(pair, earliest + (latest - earliest) * random()),
});

async function fromFile(purpose: Purpose, options: KeepingOptions): Promise<Kept | undefined> {
  const pair = await readKeyFile(fileOf(options.folder, purpose));
  if (pair === undefined) return undefined;
  if (purpose === "serving") options.renewed(purpose, pair);
  return keptOf(pair, options);
}

function isStillFit({ pair }: Kept, hosts: readonly string[], { nodeName, ca, now }: KeepingOptions): boolean {
  return isFit(pair, { name: `${nodeUserPrefix}${nodeName}`, hosts, ca, now: now() });
}
