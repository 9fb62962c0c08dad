import type { Transport } from "#client/transport.ts";
import { isJsonObject } from "#machinery/json.ts";

/** An object that every cluster has, as it is sent. */
export interface Sketch {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Makes an object where it is missing. */
export async function ensure(api: Transport, collection: string, object: Sketch): Promise<void> {
  const found = await send(api, "GET", `${collection}/${object.metadata.name}`);
  if (found.status !== 404) return;
  expect(await send(api, "POST", collection, object), [201, 409], object);
}

/** Makes an object, or replaces what is there. */
export async function renew(api: Transport, collection: string, object: Sketch): Promise<void> {
  const path = `${collection}/${object.metadata.name}`;
  const replaced = await send(api, "PUT", path, object);
  if (replaced.status !== 404) return expect(replaced, [200], object);
  expect(await send(api, "POST", collection, object), [201], object);
}

interface Told {
  readonly status: number;
  readonly text: string;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

export async function send(api: Transport, method: Method, path: string, body?: object): Promise<Told> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const answer = await api.send({ method, path, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

export function expect(
  { status, text }: Told,
  wanted: readonly number[],
  sketch: Pick<Sketch, "kind" | "metadata">,
): void {
  if (!wanted.includes(status)) throw new BootstrapRefused(sketch, messageOf(text));
}

function messageOf(text: string): string {
  const status: unknown = JSON.parse(text);
  return isJsonObject(status) && typeof status.message === "string" ? status.message : text;
}

/** The API did not take one of the objects that every cluster has. */
class BootstrapRefused extends Error {
  readonly code = "BootstrapRefused";
  readonly where: string;
  readonly fix: string;
  constructor({ kind, metadata }: Pick<Sketch, "kind" | "metadata">, message: string) {
    super(`${kind} ${metadata.name} could not be made: ${message}`);
    this.where = `${kind} ${metadata.name}`;
    this.fix =
      kind === "LoadBalancerPool"
        ? "give other blocks by --load-balancer-pool"
        : "if --service-cluster-ip-range has changed, delete the Service that holds the address, or begin with an empty data folder";
  }
}
