import type { ServiceAccountTokenProjection } from "#api/core/pod/volumes.ts";
import type { Pod } from "#api/core/pod.ts";

/** A token of its account that a pod wants to find in its volumes. */
export interface WantedToken {
  /** Empty: the API server itself. */
  readonly audience: string;
  readonly expirationSeconds: number;
}

/** By `tokenKey`, all that its volumes show, each once. */
export function wantedTokens({ spec }: Pod): ReadonlyMap<string, WantedToken> {
  const sources = (spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return new Map(
    sources.flatMap(({ serviceAccountToken: wanted }): [string, WantedToken][] => {
      if (wanted === undefined) return [];
      const { audience = "", expirationSeconds } = wanted;
      return [[tokenKey(wanted), { audience, expirationSeconds }]];
    }),
  );
}

/** Tells apart what a pod may want at once. */
export const tokenKey = ({ audience = "", expirationSeconds }: Omit<ServiceAccountTokenProjection, "path">): string =>
  `${expirationSeconds} ${audience}`;

/** What stands in the file, or why there is none. */
export type TokenText = { readonly text: string } | { readonly refusal: string };

/** A token as the server has given it. */
export interface GivenToken {
  readonly text: string;
  /** Milliseconds since 1970 by the clock of this machine, which needn't be the server's. */
  readonly askedAt: number;
  /** How long it is good, as the server has granted it. */
  readonly lifeSeconds: number;
}

/**
 * When another is to be asked for, in milliseconds since 1970: after four fifths of its life, or a day. `random`, from 0 up to 1, spreads
 * those of many pods that started together.
 * Source: requiresRefresh in pkg/kubelet/token/token_manager.go.
 */
export function refreshAt({ askedAt, lifeSeconds }: GivenToken, random: number): number {
  const spreadSeconds = Math.min(10, lifeSeconds / 10);
  const seconds = Math.min(0.8 * lifeSeconds, daySeconds) - random * spreadSeconds;
  return askedAt + 1000 * Math.max(seconds, leastSeconds);
}
const daySeconds = 86_400;
/** A server that grants next to nothing is not asked all the time. */
const leastSeconds = 1;

export const endOf = ({ askedAt, lifeSeconds }: GivenToken): number => askedAt + 1000 * lifeSeconds;
