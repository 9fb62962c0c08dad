import type { TokenOptions } from "#server/authentication/token-issuer.ts";
import type { SettingRow } from "./setting-row.ts";
import { parseWords } from "./setting-values.ts";

/** By what users and service accounts are known: named as kube-apiserver names them. */
export interface AuthenticationSettings {
  /** The first is named in new tokens; empty: one that follows from the cluster's domain. */
  readonly "service-account-issuer": readonly string[];
  /** Empty: the API itself has them. */
  readonly "service-account-jwks-uri": string;
  /** Empty: the issuers. */
  readonly "api-audiences": readonly string[];
  /** Empty: nobody else says who somebody is. */
  readonly "oidc-issuer-url": string;
  readonly "oidc-client-id": string;
  readonly "oidc-username-claim": string;
  /** Empty: one that follows from the issuer; "-": none. */
  readonly "oidc-username-prefix": string;
  /** Empty: nobody is in a group by a token. */
  readonly "oidc-groups-claim": string;
  readonly "oidc-groups-prefix": string;
  readonly "oidc-required-claim": readonly RequiredClaim[];
  /** Empty: whom the machine trusts. */
  readonly "oidc-ca-file": string;
  readonly "oidc-signing-algs": readonly string[];
}

type Table = { readonly [K in keyof AuthenticationSettings]: SettingRow<K, AuthenticationSettings[K]> };
export const authenticationTable: Table = {
  "service-account-issuer": {
    name: "service-account-issuer",
    fallback: "",
    placeholder: "URL,…",
    doc: "who makes the tokens of service accounts; tokens of the further ones are taken too; https://kubernetes.default.svc.CLUSTER-DOMAIN where none is given",
    parse: (text) => parseWords(text, isIssuer),
    expected: "a list of https URLs without query, or of names without a colon",
  },
  "service-account-jwks-uri": {
    name: "service-account-jwks-uri",
    fallback: "",
    placeholder: "URL",
    doc: "where others find the keys of those tokens, as /.well-known/openid-configuration tells them; the API's own /openid/v1/jwks where none is given",
    parse: (text) => (text === "" || isHttps(text) ? text : undefined),
    expected: "an https URL",
  },
  "api-audiences": {
    name: "api-audiences",
    fallback: "",
    placeholder: "NAME,…",
    doc: "for whom a token must be made that the API takes; the issuers where none is given",
    parse: (text) => parseWords(text, (word) => /^\S+$/.test(word)),
    expected: "a list of names or URLs",
  },
  "oidc-issuer-url": {
    name: "oidc-issuer-url",
    fallback: "",
    placeholder: "URL",
    doc: "whose ID tokens (OpenID Connect) are taken, as its tokens name it",
    parse: (text) => (text === "" || isHttps(text) ? text : undefined),
    expected: "an https URL without query",
  },
  "oidc-client-id": {
    name: "oidc-client-id",
    fallback: "",
    placeholder: "NAME",
    doc: "for whom an ID token must be made",
    parse: (text) => text,
    expected: "a name",
  },
  "oidc-username-claim": {
    name: "oidc-username-claim",
    fallback: "sub",
    placeholder: "CLAIM",
    doc: "what of an ID token is the user's name; email counts only where it is verified",
    parse: (text) => text || undefined,
    expected: "the name of a claim, such as sub or email",
  },
  "oidc-username-prefix": {
    name: "oidc-username-prefix",
    fallback: "",
    placeholder: "TEXT",
    doc: "stands before the user's name; where none is given URL# of the issuer, but nothing before an email; - for nothing",
    parse: (text) => text,
    expected: "a text",
  },
  "oidc-groups-claim": {
    name: "oidc-groups-claim",
    fallback: "",
    placeholder: "CLAIM",
    doc: "what of an ID token names the user's groups; nothing does where none is given",
    parse: (text) => text,
    expected: "the name of a claim, such as groups",
  },
  "oidc-groups-prefix": {
    name: "oidc-groups-prefix",
    fallback: "",
    placeholder: "TEXT",
    doc: "stands before each of those groups, so that none of them is one of the cluster's own",
    parse: (text) => text,
    expected: "a text",
  },
  "oidc-required-claim": {
    name: "oidc-required-claim",
    fallback: "",
    placeholder: "CLAIM=VALUE,…",
    doc: "what an ID token must say besides",
    parse: parseRequiredClaims,
    expected: "a list like hd=example.com,tenant=blue",
  },
  "oidc-ca-file": {
    name: "oidc-ca-file",
    fallback: "",
    placeholder: "FILE",
    doc: "PEM certificates by which the issuer is known; those that the machine trusts where none is given",
    parse: (text) => (text === "" || text.startsWith("/") ? text : undefined),
    expected: "an absolute path",
  },
  "oidc-signing-algs": {
    name: "oidc-signing-algs",
    fallback: "RS256",
    placeholder: "ALG,…",
    doc: "by which algorithms an ID token may be signed",
    parse: (text) => {
      const algorithms = parseWords(text, (word) => signingAlgorithms.includes(word));
      return algorithms?.length === 0 ? undefined : algorithms;
    },
    expected: "some of RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384 and PS512",
  },
};

interface RequiredClaim {
  readonly name: string;
  readonly value: string;
}

function parseRequiredClaims(text: string): readonly RequiredClaim[] | undefined {
  const words = parseWords(text, (word) => /^[^=]+=./.test(word));
  return words?.map((word) => {
    const at = word.indexOf("=");
    return { name: word.slice(0, at), value: word.slice(at + 1) };
  });
}

/** None of those that need a secret. Source: allowedSigningAlgs of the oidc authenticator in k8s.io/apiserver. */
const signingAlgorithms: readonly string[] = ["RS", "ES", "PS"].flatMap((family) =>
  [256, 384, 512].map((bits) => `${family}${bits}`),
);

const isHttps = (text: string): boolean => {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.search === "" && url.hash === "" && url.username === "";
};

/** Source: a StringOrURI of RFC 7519 section 2, which kube-apiserver asks for too. */
const isIssuer = (word: string): boolean => (word.includes(":") ? isHttps(word) : /^\S+$/.test(word));

/** What the server has to know of them; `jwksUri` is where it serves the keys itself. */
export function tokenSettings(
  settings: AuthenticationSettings & { readonly "cluster-domain": string },
  jwksUri: string,
): Pick<TokenOptions, "issuers" | "audiences" | "jwksUri"> {
  const given = settings["service-account-issuer"];
  const issuers = given.length > 0 ? given : [`https://kubernetes.default.svc.${settings["cluster-domain"]}`];
  const audiences = settings["api-audiences"].length > 0 ? settings["api-audiences"] : issuers;
  return { issuers, audiences, jwksUri: settings["service-account-jwks-uri"] || jwksUri };
}
