import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { mastersGroup } from "#api/authentication/subjects.ts";

/** Whom a client's certificate names. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** The client behind a connection; undefined where it shows no certificate, or one that the cluster's CA did not sign. */
export function subjectOf(socket: Socket): CertificateSubject | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject: unknown = socket.getPeerCertificate().subject;
  if (typeof subject !== "object" || subject === null) return undefined;
  const organizations = "O" in subject ? texts(subject.O) : [];
  const [commonName = ""] = "CN" in subject ? texts(subject.CN) : [];
  return { commonName, organizations };
}

/** A part of a name that is given once is a text, and given several times a list. */
const texts = (value: unknown): readonly string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];

const apiServers: readonly string[] = ["kube-apiserver-kubelet-client", "system:kube-apiserver"];

/** Whether a certificate is the API server's, or an administrator's. Source: kubeadm's PKI (certificates and requirements). */
export const isApiServer = ({ commonName, organizations }: CertificateSubject): boolean =>
  organizations.includes(mastersGroup) || apiServers.includes(commonName);
