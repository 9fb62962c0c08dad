import { serviceAccountsGroup } from "#api/authentication/subjects.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";

// Source: apiserver/pkg/authentication/serviceaccount/util.go.

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Begins the user names of all service accounts, and of nobody else. */
const serviceAccountUserPrefix = "system:serviceaccount:";

/** As whom a service account asks. */
export const serviceAccountUser = (namespace: string, name: string): string =>
  `${serviceAccountUserPrefix}${namespace}:${name}`;

/** The groups that it is in by being one, besides that of everybody who has shown who they are. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  serviceAccountsGroup,
  `${serviceAccountsGroup}:${namespace}`,
];

/** Which service account a user is; undefined where it is none. */
export function serviceAccountOf(user: string): ServiceAccountName | undefined {
  if (!user.startsWith(serviceAccountUserPrefix)) return undefined;
  const [namespace = "", name = "", ...rest] = user.slice(serviceAccountUserPrefix.length).split(":");
  const isOne = rest.length === 0 && dnsLabelTrouble(namespace).length === 0 && dnsSubdomainTrouble(name).length === 0;
  return isOne ? { namespace, name } : undefined;
}
