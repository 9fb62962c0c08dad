import type { KeyPair } from "./pki.ts";

/** How a client reaches the cluster, and as whom. */
export interface KubeconfigEntry {
  /** Names the cluster, the context and the user alike. */
  readonly name: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM: whom the client trusts. */
  readonly ca: string;
  readonly client: KeyPair;
}

/** A kubeconfig with one context, everything in it, no other file needed. */
export const showKubeconfig = ({ name, server, ca, client }: KubeconfigEntry): string =>
  [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${name}`,
    "  cluster:",
    `    server: ${server}`,
    `    certificate-authority-data: ${base64(ca)}`,
    "contexts:",
    `- name: ${name}`,
    "  context:",
    `    cluster: ${name}`,
    `    user: ${name}`,
    `current-context: ${name}`,
    "users:",
    `- name: ${name}`,
    "  user:",
    `    client-certificate-data: ${base64(client.certificate)}`,
    `    client-key-data: ${base64(client.key)}`,
    "",
  ].join("\n");

const base64 = (text: string): string => Buffer.from(text).toString("base64");
