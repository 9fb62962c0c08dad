import dgram from "node:dgram";
import { Resolver } from "node:dns/promises";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "./addresses.ts";

// An import of node:http loads what fetch needs too: 20 ms and 15 MB that nothing here uses.
const { get: getByHttp } = process.getBuiltinModule("node:http");

const patienceMs = 3000;
/** Rules and names follow the pods within milliseconds; an address that fails is asked again meanwhile. */
const againMs = 50;
const longestAnswer = 60;

/** What a real request to the address has just been answered, in a few words. Never rejects: a failure is an answer too. */
export async function tryAddress(address: Address, dnsServer: string): Promise<string> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask(address, dnsServer);
    } catch (fault) {
      if (performance.now() > deadline) return fault instanceof Error ? fault.message : String(fault);
    }
    await sleep(againMs);
  }
}

async function ask(address: Address, dnsServer: string): Promise<string> {
  const { host, port, via, protocol } = address;
  const resolver = new Resolver({ timeout: patienceMs, tries: 1 });
  resolver.setServers([dnsServer]);
  if (via === "ExternalName") return `CNAME ${(await resolver.resolveCname(host)).join(", ")}`;
  const asked = address.at ?? host;
  const ip = net.isIP(asked) === 0 ? await addressOf(asked, resolver) : asked;
  if (protocol === "UDP") return askUdp(ip, port);
  if (protocol === "SCTP") return "not tried: SCTP";
  return askHttp(ip, address);
}

/** The first address that its name has, of whichever family. Rejects where it has none. */
async function addressOf(host: string, resolver: Resolver): Promise<string> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const [first] = [four, six].flatMap((found) => (found.status === "fulfilled" ? found.value : []));
  if (first !== undefined) return first;
  throw four.status === "rejected" ? four.reason : new Error(`${host} has no address`);
}

/** Most ports speak HTTP; one that doesn't has at least taken the connection. Rejects where nobody took it. */
function askHttp(host: string, { host: name, port, path = "/", via }: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const headers = { host: via === "Ingress" ? name : `${name}:${port}`, connection: "close" };
    const request = getByHttp({ host, port, path, headers, timeout: patienceMs, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        body += part.slice(0, 4096);
      });
      answer.on("close", () => resolve(`${answer.statusCode} ${firstLine(body)}`.trimEnd()));
    });
    request.on("socket", (socket) =>
      socket.on("connect", () => {
        connected = true;
      }),
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 3 s")));
    request.on("error", (fault) => {
      if (!connected) reject(fault);
      else resolve("code" in fault ? "connected (it does not speak HTTP)" : "connected, but no answer in 3 s");
    });
  });
}

const firstLine = (body: string): string => {
  const line = /<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? body.split("\n").find((one) => one.trim() !== "") ?? "";
  return line.length > longestAnswer ? `${line.slice(0, longestAnswer - 3)}...` : line;
};

function askUdp(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? "udp6" : "udp4");
    const late = setTimeout(() => {
      socket.close();
      resolve("no answer in 3 s (UDP tells nothing more)");
    }, patienceMs);
    const over = (): void => {
      clearTimeout(late);
      socket.close();
    };
    socket.once("message", (message) => {
      over();
      resolve(firstLine(message.toString()) || "an empty answer");
    });
    socket.once("error", (fault) => {
      over();
      reject(fault);
    });
    socket.connect(port, host, () => socket.send("hostname\n"));
  });
}
