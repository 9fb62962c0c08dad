import { createHash, randomBytes } from "node:crypto";
import { type Service, services } from "#api/core/service.ts";
import { longestShareMs } from "#api/portolan/share/rules.ts";
import { type Share, shares } from "#api/portolan/share.ts";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { type ResourceClient, resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { ClusterFault } from "#cluster/faults.ts";
import { parseSpan } from "#cluster/setting-values.ts";
import { showTicket, ticketName } from "#core/api-proxy/share-ticket.ts";
import type { Draft } from "#machinery/schema.ts";
import { showTime } from "#machinery/time.ts";
import { clusterFlags, type Parsed, parse, wantsJson } from "./arguments.ts";
import { alignColumns } from "./columns.ts";
import { type SharedTarget, sharedTarget } from "./share-target.ts";
import { UsageFault } from "./usage.ts";
import { clusterOf } from "./which-cluster.ts";

const flags = {
  ...clusterFlags,
  namespace: { type: "string", short: "n" },
  for: { type: "string" },
  scheme: { type: "string" },
  list: { type: "boolean" },
  revoke: { type: "string" },
} as const;

/** `portolan share`: makes a link to one Service, lists links, or takes one back. */
export async function share(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags, true);
  const json = wantsJson(parsed);
  const asked = askedOf(parsed); // what is wrong in the command line is told before anything is asked
  const access = await readKubeconfig((await clusterOf(parsed)).file);
  const transport = tlsTransport(access);
  const namespace = parsed.text("namespace") ?? access.namespace;
  const all = resourceClient(transport, shares);
  try {
    await mustServeShares(transport, access.server);
    switch (asked.kind) {
      case "list":
        process.stdout.write(showList((await all.list(namespace)).items, json));
        return 0;
      case "revoke":
        await all.delete(namespace, asked.name);
        process.stdout.write(`share ${asked.name} of namespace ${namespace} opens nothing any more\n`);
        return 0;
      case "make": {
        const service = await resourceClient(transport, services).get(namespace, asked.target.service);
        const made = await make(all, service, asked);
        process.stdout.write(json ? `${JSON.stringify(made)}\n` : `${made.link}\n`);
        if (!json) process.stderr.write(said(made));
        return 0;
      }
    }
  } finally {
    transport.close();
  }
}

type Asked = { readonly kind: "list" } | { readonly kind: "revoke"; readonly name: string } | Making;
interface Making {
  readonly kind: "make";
  readonly target: SharedTarget;
  readonly forMs: number;
  readonly scheme: "http" | "https";
}

const usual = "portolan share svc/NAME[:PORT] [--for 1h], --list, or --revoke NAME";

function askedOf(parsed: Parsed): Asked {
  const revoke = parsed.text("revoke");
  const [text, ...others] = parsed.rest;
  const wishes = [parsed.has("list"), revoke !== undefined, text !== undefined].filter(Boolean).length;
  if (wishes !== 1 || others.length > 0) throw new UsageFault("share what?", usual);
  if (parsed.has("list")) return { kind: "list" };
  if (revoke !== undefined) return { kind: "revoke", name: revoke };
  const target = sharedTarget(text ?? "");
  if (target === undefined) throw new UsageFault(`${text} is no Service`, usual);
  const time = parsed.text("for") ?? "1h";
  const forMs = (parseSpan(time) ?? 0) * 1000;
  if (forMs === 0 || forMs > longestShareMs)
    throw new UsageFault(
      `--for ${time} is no time that a link can be open`,
      "such as 30m, 1h, 2h30m or 7d; 30d at most",
    );
  const scheme = parsed.text("scheme") ?? "http";
  if (scheme !== "http" && scheme !== "https")
    throw new UsageFault(`--scheme ${scheme} is not known`, "http or https: how the pods of the Service are asked");
  return { kind: "make", target, forMs, scheme };
}

interface Made {
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly link: string;
  readonly expires: string;
}

const secretBytes = 24;

/** The secret is made here, and leaves this machine in the link alone: the cluster gets its digest. */
async function make(
  all: ResourceClient<Share, Draft<typeof Share>>,
  service: Service,
  { target, forMs, scheme }: Making,
): Promise<Made> {
  const { name, namespace, uid } = service.metadata;
  const secret = randomBytes(secretBytes).toString("base64url");
  const expires = showTime(Date.now() + forMs);
  const made = await all.create(namespace, {
    metadata: {
      generateName: `${name.slice(0, 50)}-`,
      namespace,
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid }],
    },
    spec: {
      service: name,
      ...(target.port !== undefined && { port: target.port }),
      scheme,
      tokenHash: createHash("sha256").update(secret).digest("hex"),
      expires,
    },
  });
  const ticket = showTicket({ namespace, name: made.metadata.name, secret });
  const link = `${made.spec.url ?? ""}?${ticketName}=${ticket}`;
  return { name: made.metadata.name, namespace, service: name, link, expires };
}

const said = ({ name, namespace, service, expires }: Made): string =>
  `It opens svc/${service} of namespace ${namespace} to whoever has it, until ${expires}.
To take it back: portolan share --revoke ${name} -n ${namespace}
`;

function showList(all: readonly Share[], json: boolean): string {
  const rows = all.map(({ metadata: { name, namespace }, spec: { service, port, expires, url = "" } }) => ({
    name,
    namespace,
    service: port === undefined ? service : `${service}:${port}`,
    expires,
    url,
  }));
  if (json) return `${JSON.stringify(rows)}\n`;
  if (rows.length === 0) return "no links are open in this namespace\n";
  const head = ["NAME", "SERVICE", "EXPIRES", "URL"];
  return alignColumns([head, ...rows.map(({ name, service, expires, url }) => [name, service, expires, url])]);
}

async function mustServeShares(transport: Transport, server: string): Promise<void> {
  const path = `/apis/${shares.group}/${shares.version}`;
  const { status } = await transport.send({ method: "GET", path, headers: {}, body: undefined });
  if (status !== 404) return;
  throw new ClusterFault("NotServed", {
    what: "this cluster's API server has no links to share",
    where: server,
    fix: "they are a part of Portolan's own; elsewhere use kubectl port-forward",
  });
}
