/** Where an API server is and how to prove who one is, from a kubeconfig file. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";

export interface Access {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM; undefined: what the machine trusts. */
  readonly ca: string | undefined;
  /** PEM of a client certificate and its key. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  readonly token: string | undefined;
  /** Holds the token where `token` doesn't; whoever writes it renews it from time to time. */
  readonly tokenFile: string | undefined;
  /** The name the server's certificate must carry, where that isn't the address's. */
  readonly serverName: string | undefined;
  readonly insecure: boolean;
  /** Of the context; "default" where it has none. */
  readonly namespace: string;
}

class KubeconfigUnusable extends Error {
  readonly code = "KubeconfigUnusable";
  readonly where: string;
  readonly fix = "name another file by --kubeconfig or KUBECONFIG, or another context";
  constructor(where: string, why: string, options?: { readonly cause: unknown }) {
    super(`the kubeconfig ${where} can't be used: ${why}`, options);
    this.where = where;
  }
}

/** The current context, or the named one. Throws `KubeconfigUnusable`. */
export async function readKubeconfig(path: string, context?: string): Promise<Access> {
  const file = new Kubeconfig(path, await rootOf(path));
  const chosen = context ?? file.text(file.root, "current-context");
  if (chosen === undefined) throw new KubeconfigUnusable(path, "it names no current-context");
  const { cluster: clusterName, user: userName, namespace } = file.named("contexts", "context", chosen);
  const cluster = file.named("clusters", "cluster", asText(clusterName) ?? "");
  const user = userName === undefined ? {} : file.named("users", "user", asText(userName) ?? "");
  const server = file.text(cluster, "server");
  if (server === undefined)
    throw new KubeconfigUnusable(path, `its cluster ${JSON.stringify(clusterName)} has no server`);
  for (const way of ["exec", "auth-provider"])
    if (user[way] !== undefined) throw new KubeconfigUnusable(path, `its user needs a program (${way}) to log in`);
  const cert = await file.pem(user, "client-certificate");
  const key = await file.pem(user, "client-key");
  if ((cert === undefined) !== (key === undefined))
    throw new KubeconfigUnusable(path, "a client certificate needs its key, and a key its certificate");
  return {
    server,
    ca: await file.pem(cluster, "certificate-authority"),
    certificate: cert === undefined || key === undefined ? undefined : { cert, key },
    token: file.text(user, "token"),
    tokenFile: file.pathAt(user, "tokenFile"),
    serverName: file.text(cluster, "tls-server-name"),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    namespace: asText(namespace) ?? "default",
  };
}

const asText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

async function rootOf(path: string): Promise<JsonObject> {
  const text = await readText(path, path);
  const { parse } = await import("yaml"); // only who has a file pays for loading it
  let root: unknown;
  try {
    root = parse(text);
  } catch (fault) {
    throw new KubeconfigUnusable(path, "it isn't YAML", { cause: fault });
  }
  if (!isJsonObject(root)) throw new KubeconfigUnusable(path, "it holds no fields");
  return root;
}

async function readText(path: string, kubeconfig: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (fault) {
    throw new KubeconfigUnusable(kubeconfig, `${path} can't be read`, { cause: fault });
  }
}

class Kubeconfig {
  readonly path: string;
  readonly root: JsonObject;
  constructor(path: string, root: JsonObject) {
    this.path = path;
    this.root = root;
  }

  text(from: JsonObject, field: string): string | undefined {
    return asText(from[field]);
  }

  /** `{contexts: [{name, context: {…}}]}` */
  named(list: string, field: string, name: string): JsonObject {
    const entries = this.root[list];
    const entry = Array.isArray(entries) ? entries.find((one) => isJsonObject(one) && one.name === name) : undefined;
    const fields = isJsonObject(entry) ? entry[field] : undefined;
    if (!isJsonObject(fields)) throw new KubeconfigUnusable(this.path, `it has no ${field} ${JSON.stringify(name)}`);
    return fields;
  }

  /** `field-data` in base64 wins over `field`, a path that is relative to the kubeconfig. */
  async pem(from: JsonObject, field: string): Promise<string | undefined> {
    const inline = this.text(from, `${field}-data`);
    return inline === undefined ? this.fileAt(from, field) : Buffer.from(inline, "base64").toString("utf8");
  }

  async fileAt(from: JsonObject, field: string): Promise<string | undefined> {
    const path = this.pathAt(from, field);
    return path === undefined ? undefined : readText(path, this.path);
  }

  pathAt(from: JsonObject, field: string): string | undefined {
    const path = this.text(from, field);
    return path === undefined ? undefined : resolve(dirname(this.path), path);
  }
}

export interface KubeconfigText {
  /** Names the cluster, the user and the context. */
  readonly name: string;
  readonly server: string;
  /** PEM. */
  readonly ca: string;
}
/** How who uses it shows who it is. PEM texts, or a bearer token. */
export type Credentials = { readonly cert: string; readonly key: string } | { readonly token: string };

/** A kubeconfig with one context. */
export function showKubeconfig({ name, server, ca, ...shown }: KubeconfigText & Credentials): string {
  const base64 = (pem: string): string => Buffer.from(pem, "utf8").toString("base64");
  const user =
    "token" in shown
      ? `token: ${shown.token}`
      : `client-certificate-data: ${base64(shown.cert)}\n    client-key-data: ${base64(shown.key)}`;
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(ca)}
users:
- name: ${name}
  user:
    ${user}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}
current-context: ${name}
`;
}
