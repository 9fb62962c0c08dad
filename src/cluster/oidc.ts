import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { OidcOptions } from "#server/authentication/oidc/oidc-tokens.ts";
import type { AuthenticationSettings } from "./authentication-settings.ts";
import { ClusterFault } from "./faults.ts";

/** Whose ID tokens the API takes; undefined: nobody's. The issuer itself isn't asked yet. Throws `OidcUnusable`. */
export async function oidcOptions(settings: AuthenticationSettings): Promise<OidcOptions | undefined> {
  const { "oidc-issuer-url": issuer, "oidc-client-id": clientId, "oidc-username-claim": usernameClaim } = settings;
  if (issuer === "" && clientId === "") return undefined;
  if (issuer === "" || clientId === "")
    throw new ClusterFault("OidcUnusable", {
      what: "--oidc-issuer-url and --oidc-client-id must be specified together",
      where: issuer === "" ? "--oidc-issuer-url" : "--oidc-client-id",
      fix: "give both, or neither",
    });
  const prefix = settings["oidc-username-prefix"];
  const ownPrefix = usernameClaim === "email" ? "" : `${issuer}#`;
  const file = settings["oidc-ca-file"];
  return {
    issuer,
    clientId,
    usernameClaim,
    usernamePrefix: prefix === "-" ? "" : prefix || ownPrefix,
    groupsClaim: settings["oidc-groups-claim"],
    groupsPrefix: settings["oidc-groups-prefix"],
    requiredClaims: settings["oidc-required-claim"],
    algorithms: settings["oidc-signing-algs"],
    ca: file === "" ? undefined : await certificatesIn(file),
  };
}

async function certificatesIn(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new ClusterFault("OidcUnusable", {
      what: `the issuer's certificates can't be read: ${cause instanceof Error ? cause.message : cause}`,
      where: file,
      fix: "name a file of PEM certificates by --oidc-ca-file",
      cause,
    });
  }
}
