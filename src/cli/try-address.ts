import dgram from "node:dgram";
import { Resolver } from "node:dns/promises";
import http from "node:http";
import net from "node:net";
import type { Address } from "./addresses.ts";

const patienceMs = 3000;
const longestAnswer = 60;

/** What a real request to the address has just been answered, in a few words. Never rejects: a failure is an answer too. */
export async function tryAddress(address: Address, dnsServer: string): Promise<string> {
  try {
    const host = net.isIP(address.host) === 0 ? await resolve(address.host, dnsServer) : address.host;
    if (address.protocol === "UDP") return await tryUdp(host, address.port);
    return await tryHttp(host, address);
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}

async function resolve(name: string, dnsServer: string): Promise<string> {
  const resolver = new Resolver({ timeout: patienceMs, tries: 1 });
  resolver.setServers([dnsServer]);
  const [first] = await resolver.resolve4(name);
  if (first === undefined) throw new Error(`${name} has no address`);
  return first;
}

/** Most ports speak HTTP; one that doesn't has at least taken the connection. */
function tryHttp(host: string, { host: name, port }: Address): Promise<string> {
  return new Promise((done) => {
    let connected = false;
    const headers = { host: `${name}:${port}`, connection: "close" };
    const request = http.get({ host, port, path: "/", headers, timeout: patienceMs, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        body += part.slice(0, 4096);
      });
      answer.on("close", () => done(`${answer.statusCode} ${firstLine(body)}`.trimEnd()));
    });
    request.on("socket", (socket) =>
      socket.on("connect", () => {
        connected = true;
      }),
    );
    request.on("timeout", () =>
      request.destroy(new Error(connected ? "connected, but no answer in 3 s" : "no answer in 3 s")),
    );
    request.on("error", (fault) =>
      done(connected && "code" in fault ? "connected (it does not speak HTTP)" : fault.message),
    );
  });
}

const firstLine = (body: string): string => {
  const line = /<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? body.split("\n").find((one) => one.trim() !== "") ?? "";
  return line.length > longestAnswer ? `${line.slice(0, longestAnswer - 3)}...` : line;
};

function tryUdp(host: string, port: number): Promise<string> {
  return new Promise((done) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? "udp6" : "udp4");
    const end = (answer: string): void => {
      clearTimeout(late);
      socket.close();
      done(answer);
    };
    const late = setTimeout(() => end("no answer in 3 s (UDP tells nothing more)"), patienceMs);
    socket.on("message", (message) => end(firstLine(message.toString())));
    socket.on("error", (fault) => end(fault.message));
    socket.connect(port, host, () => socket.send("hostname\n"));
  });
}
