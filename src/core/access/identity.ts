import { mastersGroup } from "#api/authentication/subjects.ts";

/** Who asks, as what they have shown says. Source: user.Info in k8s.io/apiserver. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
  /** Tells two users of one name apart that came after one another; absent where nothing says it. */
  readonly uid?: string;
  /** What else is known of them, such as the pod for which a token was made; keys in lower case. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Whom nothing is refused: no role could give them more. Source: user.SystemPrivilegedGroup in k8s.io/apiserver. */
export const isAdministrator = ({ groups }: Identity): boolean => groups.includes(mastersGroup);
