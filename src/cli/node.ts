import { hostname } from "node:os";
import { type Introduction, nodeKubeconfig } from "#cluster/join.ts";
import { type IdentitySource, runNode } from "#cluster/node-session.ts";
import { type ProxyMode, proxyModes } from "#daemons/proxy/kernel-rules.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { askedFrom, type Parsed, parse, settingFlags } from "./arguments.ts";
import { untilSignal } from "./signals.ts";
import { UsageFault } from "./usage.ts";

const text = { type: "string" } as const;
const flags = {
  ...settingFlags,
  kubeconfig: text,
  "bootstrap-kubeconfig": text,
  server: text,
  token: text,
  "discovery-token-ca-cert-hash": text,
  "node-name": text,
  "node-ip": text,
  "tls-cert-file": text,
  "tls-private-key-file": text,
  debug: { type: "boolean" },
} as const;

/** `portolan node`: runs one node until it is told to end; its pods and rules go on then. */
export async function node(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const { settings } = await askedFrom(parsed);
  const interrupted = Promise.race([untilSignal(), untilAlone()]);
  const stopping = new AbortController();
  interrupted.then(() => stopping.abort());
  const asked = {
    settings,
    name: nameFrom(parsed.text("node-name") ?? hostname().toLowerCase()),
    addresses: addressesIn(parsed.text("node-ip") ?? ""),
    kubeconfig: parsed.text("kubeconfig") ?? nodeKubeconfig(settings["data-dir"]),
    identity: identityFrom(parsed),
  };
  const orders = ordersOf(process);
  const session = await runNode(asked, orders.begin, stopping.signal);
  session.ready.then(tellReady);
  orders.onProxyMode(session.setProxyMode);
  await interrupted;
  await session.stop();
  return 0;
}

function tellReady(): void {
  if (process.send === undefined)
    process.stdout.write("The node is ready; its pods go on when this ends, until `portolan down`\n");
  else if (process.connected) process.send({ ready: true });
}

/** Throws `UsageFault` where only a part of what is needed was given. */
function identityFrom(parsed: Parsed): IdentitySource {
  const certificate = parsed.text("tls-cert-file");
  const key = parsed.text("tls-private-key-file");
  if (certificate !== undefined && key !== undefined) return { kind: "given", certificate, key };
  return { kind: "asked", introduction: introductionFrom(parsed) };
}

function introductionFrom(parsed: Parsed): Introduction | undefined {
  const file = parsed.text("bootstrap-kubeconfig");
  if (file !== undefined) return { by: "kubeconfig", file };
  const [server, token] = [parsed.text("server"), parsed.text("token")];
  const caCertHash = parsed.text("discovery-token-ca-cert-hash");
  if (server === undefined && token === undefined && caCertHash === undefined) return undefined;
  if (server !== undefined && token !== undefined && caCertHash !== undefined)
    return { by: "token", server, token, caCertHash };
  throw new UsageFault(
    "--server, --token and --discovery-token-ca-cert-hash belong together",
    "copy the line that `portolan server` shows",
  );
}

/** Of a name that no Node can have the cluster would sign certificates, and then there would be no Node. */
function nameFrom(name: string): string {
  const [trouble] = dnsSubdomainTrouble(name);
  if (trouble === undefined) return name;
  throw new UsageFault(
    `--node-name: ${JSON.stringify(name)} can't be a Node's name: ${trouble}`,
    "give one with --node-name",
  );
}

function addressesIn(given: string): readonly Ip[] {
  const parts = given.split(",").filter((part) => part !== "");
  const addresses = parts.flatMap((part) => parseIp(part) ?? []);
  if (addresses.length < parts.length)
    throw new UsageFault(`--node-ip: ${given} is no IP address`, "give one, or one a family: 192.0.2.7,2001:db8::7");
  return addresses;
}

/** A cluster that starts its nodes itself tells them when there is an API, and of what changes meanwhile. */
function ordersOf({ send }: NodeJS.Process) {
  const begun = Promise.withResolvers<void>();
  let [mode, follow]: [ProxyMode | undefined, (mode: ProxyMode) => unknown] = [undefined, () => {}];
  if (send === undefined) begun.resolve();
  else
    process.on("message", (order) => {
      begun.resolve();
      mode = proxyModes.find(
        (one) => typeof order === "object" && order !== null && Reflect.get(order, "proxyMode") === one,
      );
      if (mode !== undefined) follow(mode);
    });
  return {
    begin: begun.promise,
    /** Hears of the one that was told before, too. */
    onProxyMode(hear: (mode: ProxyMode) => unknown): void {
      follow = hear;
      if (mode !== undefined) hear(mode);
    },
  };
}

/** Resolves when the cluster that started this node is gone. */
const untilAlone = (): Promise<void> => new Promise((resolve) => process.once("disconnect", () => resolve()));
