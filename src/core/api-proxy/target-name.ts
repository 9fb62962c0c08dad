/** What a proxied URL calls its target: `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`. */
export interface TargetName {
  readonly scheme: "http" | "https";
  readonly name: string;
  /** A number or a name; empty: none was said. */
  readonly port: string;
}

/** undefined for anything else. Source: SplitSchemeNamePort in k8s.io/apimachinery. */
export function readTargetName(text: string): TargetName | undefined {
  const parts = text.split(":");
  const [scheme = "", name = "", port = ""] = parts.length === 3 ? parts : ["", ...parts];
  if (parts.length > 3 || name === "") return undefined;
  return scheme === "" || scheme === "http" || scheme === "https"
    ? { scheme: scheme === "https" ? "https" : "http", name, port }
    : undefined;
}

/** The number that a port is called by; undefined where it is a name, or no number that a port can have. */
export function portNumber(port: string): number | undefined {
  const number = /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
  return number >= 1 && number <= 65_535 ? number : undefined;
}
