import { X509Certificate } from "node:crypto";
import { chownSync, existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { mastersGroup, nodesGroup, nodeUserPrefix } from "#api/authentication/subjects.ts";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { showHost } from "#net/http1/authority.ts";
import type { Ip } from "#net/ip.ts";
import { readIfThere, writeWhole } from "#os/files.ts";
import type { Authority, KeyPair } from "#os/pki.ts";
import type { Settings } from "./settings.ts";
import { type TokenKeyTexts, tokenKeysOf } from "./token-keys.ts";

/** The certificates of a cluster; PEM texts. All are signed by its own authority. */
export interface Identities {
  readonly ca: string;
  /** The authority's own key: what it signs with. */
  readonly caKey: string;
  /** What the API shows to its clients. */
  readonly serving: KeyPair;
  /** Who may do everything: the kubeconfig's user. */
  readonly admin: KeyPair;
  /** Who the API server is when it asks the agents of nodes. */
  readonly kubeletClient: KeyPair;
  /** By which service accounts are known. */
  readonly tokenKeys: TokenKeyTexts;
  /** Those of the nodes that this cluster runs itself, in their order. */
  readonly nodes: readonly OwnNodeIdentity[];
}

/** What the agent of a node shows to its clients, and what it knows them by. */
export interface NodeIdentity {
  readonly ca: string;
  readonly serving: KeyPair;
}

/** What such a node shows to the API, too. */
export interface OwnNodeIdentity extends NodeIdentity {
  readonly client: KeyPair;
}

const yearMs = 365 * 24 * 3600 * 1000;
/** Clocks of clients may be behind ours. */
const earlierMs = 3600 * 1000;

export interface IdentityNames {
  /** Names and addresses under which clients know the API. */
  readonly apiHosts: readonly string[];
  readonly nodes: readonly { readonly name: string; readonly folder: string; readonly addresses: readonly Ip[] }[];
}

/** Reads what the cluster has, and makes what is missing, runs out within a month, or names other addresses. */
export async function identitiesOf(dataDir: string, { apiHosts, nodes }: IdentityNames): Promise<Identities> {
  const folder = await pkiFolder(dataDir);
  const known = readPair(folder, "ca");
  // Making certificates needs a library that takes its time to load; a cluster that has them doesn't.
  const signer = lazily(async (): Promise<Authority> => {
    const { createAuthority, readAuthority } = await import("#os/pki.ts");
    if (known !== undefined) return readAuthority(known);
    const made = await createAuthority("portolan-ca", validity(10));
    await writePair(folder, "ca", { certificate: made.certificate, key: made.key });
    return made;
  });
  const keeper: Keeper = { signer, isSigned: known !== undefined };
  const serving = await pairOf(keeper, { folder, name: "serving", hosts: apiHosts }, (by) =>
    by.forServer({ name: "kube-apiserver" }, apiHosts, validity(1)),
  );
  const asMaster = (name: string, user: string): Promise<KeyPair> =>
    pairOf(keeper, { folder, name, hosts: [] }, (by) =>
      by.forClient({ name: user, organizations: [mastersGroup] }, validity(1)),
    );
  const admin = await asMaster("admin", "kubernetes-admin");
  const kubeletClient = await asMaster("kubelet-client", "kube-apiserver-kubelet-client");
  const { certificate: ca, key: caKey } = known ?? (await signer());
  const ofNodes: OwnNodeIdentity[] = [];
  for (const node of nodes) ofNodes.push({ ca, ...(await nodeIdentity(keeper, node)) });
  const tokenKeys = await tokenKeysOf(folder);
  return { ca, caKey, serving, admin, kubeletClient, tokenKeys, nodes: ofNodes };
}

/** By which a component of the cluster shows who it is, made and renewed as the others are; `name` is that of its file. */
export async function clientIdentity(dataDir: string, name: string, user: string): Promise<KeyPair> {
  const folder = await pkiFolder(dataDir);
  const ca = readPair(folder, "ca");
  if (ca === undefined) throw new RangeError("a cluster that runs has an authority");
  const signer = async (): Promise<Authority> => (await import("#os/pki.ts")).readAuthority(ca);
  return pairOf({ signer, isSigned: true }, { folder, name, hosts: [] }, (by) =>
    by.forClient({ name: user }, validity(1)),
  );
}

async function nodeIdentity(
  keeper: Keeper,
  { name, folder: own, addresses }: IdentityNames["nodes"][number],
): Promise<Omit<OwnNodeIdentity, "ca">> {
  const folder = await pkiFolder(own);
  const hosts = [name, ...addresses.map(({ text }) => text)];
  const subject = { name: `${nodeUserPrefix}${name}`, organizations: [nodesGroup] };
  return {
    serving: await pairOf(keeper, { folder, name: "kubelet", hosts }, (by) =>
      by.forServer(subject, hosts, validity(1)),
    ),
    client: await pairOf(keeper, { folder, name: "node", hosts: [] }, (by) => by.forClient(subject, validity(1))),
  };
}

async function pkiFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, "pki");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

interface Keeper {
  readonly signer: () => Promise<Authority>;
  /** Whether what is there may have been signed by this authority. */
  readonly isSigned: boolean;
}
interface Wanted {
  readonly folder: string;
  readonly name: string;
  readonly hosts: readonly string[];
}

async function pairOf(
  { signer, isSigned }: Keeper,
  { folder, name, hosts }: Wanted,
  make: (by: Authority) => Promise<KeyPair>,
): Promise<KeyPair> {
  const known = isSigned ? readPair(folder, name) : undefined;
  if (known !== undefined && isGood(known, hosts)) return known;
  const made = await make(await signer());
  await writePair(folder, name, made);
  return made;
}

const validity = (years: number): { readonly from: number; readonly to: number } => ({
  from: Date.now() - earlierMs,
  to: Date.now() + years * yearMs,
});

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function readPair(folder: string, name: string): KeyPair | undefined {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  if (!existsSync(certificate) || !existsSync(key)) return undefined;
  return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}

async function writePair(folder: string, name: string, { certificate, key }: KeyPair): Promise<void> {
  await writeWhole(join(folder, `${name}.crt`), certificate, { mode: 0o600, durable: name === "ca" });
  await writeWhole(join(folder, `${name}.key`), key, { mode: 0o600, durable: name === "ca" });
}

function isGood({ certificate }: KeyPair, hosts: readonly string[]): boolean {
  const read = new X509Certificate(certificate);
  const lasts = Date.parse(read.validTo) > Date.now() + yearMs / 12;
  return lasts && hosts.every((host) => (isIP(host) === 0 ? read.checkHost(host) : read.checkIP(host)) !== undefined);
}

/** For kubectl; belongs to the user who called sudo, if somebody did. */
export async function writeKubeconfig(settings: Settings, { ca, admin }: Identities): Promise<string> {
  const path = join(settings["data-dir"], "kubeconfig");
  const { number, family, text: asked } = settings["bind-address"];
  const host = number === 0n ? (family === "IPv4" ? "127.0.0.1" : "::1") : asked;
  await writeAccess(path, { server: serverAt(host, settings["api-port"]), ca, client: admin });
  giveToCaller(path);
  return path;
}

/** Where somebody else looks for it: `--kubeconfig FILE`. */
export async function copyKubeconfig(dataDir: string, path: string): Promise<void> {
  await writeWhole(path, await readFile(join(dataDir, "kubeconfig")), { mode: 0o600 });
  giveToCaller(path);
}

/** Deletes such a copy, unless it has become another cluster's. */
export async function removeKubeconfig(dataDir: string, path: string): Promise<void> {
  const [own, copy] = await Promise.all([readIfThere(join(dataDir, "kubeconfig")), readIfThere(path)]);
  if (copy !== undefined && copy === own) await rm(path);
}

function giveToCaller(path: string): void {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (process.getuid?.() === 0 && SUDO_UID !== undefined && statSync(path).uid !== Number(SUDO_UID)) {
    chownSync(path, Number(SUDO_UID), Number(SUDO_GID ?? SUDO_UID));
  }
}

export const serverAt = (host: string, port: number): string => `https://${showHost(host)}:${port}`;

/** A kubeconfig that nobody but its owner may read. */
export async function writeAccess(
  path: string,
  { server, ca, client }: { readonly server: string; readonly ca: string; readonly client: KeyPair },
): Promise<void> {
  const text = showKubeconfig({ name: "portolan", server, ca, cert: client.certificate, key: client.key });
  await writeWhole(path, text, { mode: 0o600 });
}
