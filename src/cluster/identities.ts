import { X509Certificate } from "node:crypto";
import { chownSync, existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { writeWhole } from "#os/files.ts";
import type { Authority, KeyPair } from "#os/pki.ts";
import type { Settings } from "./settings.ts";

/** The certificates of a cluster; PEM texts. All are signed by its own authority. */
export interface Identities {
  readonly ca: string;
  /** The authority's own key: what it signs with. */
  readonly caKey: string;
  /** What the API shows to its clients. */
  readonly serving: KeyPair;
  /** Who may do everything: the kubeconfig's user. */
  readonly admin: KeyPair;
  /** What the node's agent shows to its clients. */
  readonly kubelet: KeyPair;
  /** Who the API server is when it asks the agent. */
  readonly kubeletClient: KeyPair;
}

const names = ["ca", "serving", "admin", "kubelet", "kubelet-client"] as const;
type Name = (typeof names)[number];

const yearMs = 365 * 24 * 3600 * 1000;
/** Clocks of clients may be behind ours. */
const earlierMs = 3600 * 1000;

export interface IdentityNames {
  /** Names and addresses under which clients know the API. */
  readonly apiHosts: readonly string[];
  readonly nodeName: string;
  readonly nodeAddress: string;
}

/** Reads what the cluster has, and makes what is missing, runs out within a month, or names other addresses. */
export async function identitiesOf(dataDir: string, wanted: IdentityNames): Promise<Identities> {
  const folder = join(dataDir, "pki");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const read = (name: Name): KeyPair | undefined => readPair(folder, name);
  const ca = read("ca");
  // Making certificates needs a library that takes its time to load; a cluster that has them doesn't.
  const signer = lazily(async (): Promise<Authority> => {
    const { createAuthority, readAuthority } = await import("#os/pki.ts");
    if (ca !== undefined) return readAuthority(ca);
    const made = await createAuthority("portolan-ca", validity(10));
    await writePair(folder, "ca", { certificate: made.certificate, key: made.key });
    return made;
  });
  const own = async (
    name: Name,
    hosts: readonly string[],
    make: (by: Authority) => Promise<KeyPair>,
  ): Promise<KeyPair> => {
    const known = ca === undefined ? undefined : read(name);
    if (known !== undefined && isGood(known, hosts)) return known;
    const made = await make(await signer());
    await writePair(folder, name, made);
    return made;
  };
  const { apiHosts, nodeName, nodeAddress } = wanted;
  const kubeletHosts = [nodeName, nodeAddress];
  const masters = ["system:masters"];
  const serving = await own("serving", apiHosts, (by) =>
    by.forServer({ name: "kube-apiserver" }, apiHosts, validity(1)),
  );
  const admin = await own("admin", [], (by) =>
    by.forClient({ name: "kubernetes-admin", organizations: masters }, validity(1)),
  );
  const kubelet = await own("kubelet", kubeletHosts, (by) =>
    by.forServer({ name: `system:node:${nodeName}`, organizations: ["system:nodes"] }, kubeletHosts, validity(1)),
  );
  const kubeletClient = await own("kubelet-client", [], (by) =>
    by.forClient({ name: "kube-apiserver-kubelet-client", organizations: masters }, validity(1)),
  );
  const authority = ca ?? (await signer());
  return { ca: authority.certificate, caKey: authority.key, serving, admin, kubelet, kubeletClient };
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

function readPair(folder: string, name: Name): KeyPair | undefined {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  if (!existsSync(certificate) || !existsSync(key)) return undefined;
  return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}

async function writePair(folder: string, name: Name, { certificate, key }: KeyPair): Promise<void> {
  await writeWhole(join(folder, `${name}.crt`), certificate, { mode: 0o600, durable: name === "ca" });
  await writeWhole(join(folder, `${name}.key`), key, { mode: 0o600, durable: name === "ca" });
}

function isGood({ certificate }: KeyPair, hosts: readonly string[]): boolean {
  const read = new X509Certificate(certificate);
  const told = read.subjectAltName ?? "";
  const lasts = Date.parse(read.validTo) > Date.now() + yearMs / 12;
  return (
    lasts &&
    hosts.every((host) => told.split(", ").some((one) => one === `DNS:${host}` || one === `IP Address:${host}`))
  );
}

/** For kubectl; belongs to the user who called sudo, if somebody did. */
export async function writeKubeconfig(settings: Settings, { ca, admin }: Identities): Promise<string> {
  const path = join(settings["data-dir"], "kubeconfig");
  const { number, family, text: asked } = settings["bind-address"];
  const host = number === 0n ? (family === "IPv4" ? "127.0.0.1" : "::1") : asked;
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${settings["api-port"]}`;
  const text = showKubeconfig({ name: "portolan", server, ca, cert: admin.certificate, key: admin.key });
  await writeWhole(path, text, { mode: 0o600 });
  const { SUDO_UID, SUDO_GID } = process.env;
  if (process.getuid?.() === 0 && SUDO_UID !== undefined && statSync(path).uid !== Number(SUDO_UID)) {
    chownSync(path, Number(SUDO_UID), Number(SUDO_GID ?? SUDO_UID));
  }
  return path;
}
