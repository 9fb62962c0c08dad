import { get } from "node:https";
import { isJsonObject, type JsonObject, readJson } from "#machinery/json.ts";

/** What an issuer publishes can't be had, or is not what it should be. */
export class IssuerUnreachable extends Error {
  readonly code = "IssuerUnreachable";
  readonly where: string;
  readonly fix = "see that the issuer answers there, and by a certificate that --oidc-ca-file or the machine trusts";
  constructor(url: URL, why: string, cause?: unknown) {
    super(`${url}: ${why}`, { cause });
    this.where = url.href;
  }
}

const [patienceMs, mostBytes, mostRedirects] = [10_000, 1 << 20, 3];

/** A JSON object from the web. Redirects lead nowhere but to the same host. Throws `IssuerUnreachable`. */
export async function fetched(from: string, ca: string | undefined): Promise<JsonObject> {
  const signal = AbortSignal.timeout(patienceMs);
  let url = new URL(from);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    if (url.protocol !== "https:") throw new IssuerUnreachable(url, "it is no https URL");
    const answer = await once(url, { ca, signal });
    if (answer.kind === "text") {
      const value = readJson(answer.text);
      if (!isJsonObject(value)) throw new IssuerUnreachable(url, "it gave no JSON object");
      return value;
    }
    const next = URL.parse(answer.to, url);
    if (next?.origin !== url.origin) throw new IssuerUnreachable(url, `it leads to another host: ${answer.to}`);
    url = next;
  }
  throw new IssuerUnreachable(url, "it leads from one place to the next");
}

type Answer = { readonly kind: "text"; readonly text: string } | { readonly kind: "moved"; readonly to: string };

function once(
  url: URL,
  { ca, signal }: { readonly ca: string | undefined; readonly signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown) => reject(new IssuerUnreachable(url, why, cause));
    const options = {
      signal,
      agent: false as const,
      headers: { accept: "application/json" },
      ...(ca !== undefined && { ca }),
    };
    const request = get(url, options, (answer) => {
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400) {
        answer.destroy();
        return resolve({ kind: "moved", to: headers.location ?? "" });
      }
      if (statusCode !== 200) {
        answer.destroy();
        return refuse(`it answered ${statusCode}`);
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > mostBytes) answer.destroy(new Error(`it gave more than ${mostBytes} bytes`));
      });
      answer.once("error", (fault) => refuse(fault.message, fault));
      answer.once("end", () => resolve({ kind: "text", text: Buffer.concat(chunks).toString() }));
    });
    request.once("error", (fault) => refuse(fault.message, fault));
  });
}
