import { hostname } from "node:os";
import { runNode } from "#cluster/node-session.ts";
import { parseIp } from "#net/ip.ts";
import { askedFrom, parse, settingFlags } from "./arguments.ts";
import { untilSignal } from "./signals.ts";
import { UsageFault } from "./usage.ts";

const flags = {
  ...settingFlags,
  kubeconfig: { type: "string" },
  "node-name": { type: "string" },
  "node-ip": { type: "string" },
  "tls-cert-file": { type: "string" },
  "tls-private-key-file": { type: "string" },
  debug: { type: "boolean" },
} as const;

/** `portolan node`: runs one node until it is told to end; its pods and rules go on then. */
export async function node(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const { settings } = await askedFrom(parsed);
  const session = await runNode(
    {
      settings,
      name: parsed.text("node-name") ?? hostname().toLowerCase(),
      addresses: addressesIn(parsed.text("node-ip") ?? ""),
      kubeconfig: demanded(parsed.text("kubeconfig"), "kubeconfig"),
      serving: {
        certificate: demanded(parsed.text("tls-cert-file"), "tls-cert-file"),
        key: demanded(parsed.text("tls-private-key-file"), "tls-private-key-file"),
      },
    },
    untilTold(),
  );
  const interrupted = Promise.race([untilSignal(), untilAlone()]);
  session.ready.then(() => process.send?.({ ready: true }));
  await interrupted;
  await session.stop();
  return 0;
}

function demanded(text: string | undefined, flag: string): string {
  if (text === undefined || text === "") throw new UsageFault(`--${flag} is missing`, "see `portolan node --help`");
  return text;
}

function addressesIn(text: string) {
  const parts = text.split(",").filter((part) => part !== "");
  const addresses = parts.flatMap((part) => parseIp(part) ?? []);
  if (addresses.length < parts.length)
    throw new UsageFault(`--node-ip: ${text} is no IP address`, "give one, or one a family: 192.0.2.7,2001:db8::7");
  return addresses;
}

/** A cluster that starts its nodes itself tells them when there is an API. */
function untilTold(): Promise<void> {
  if (process.send === undefined) return Promise.resolve();
  return new Promise((resolve) => process.once("message", () => resolve()));
}

/** Resolves when the cluster that started this node is gone. */
const untilAlone = (): Promise<void> => new Promise((resolve) => process.once("disconnect", () => resolve()));
