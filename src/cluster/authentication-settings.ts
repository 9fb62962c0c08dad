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
};

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
