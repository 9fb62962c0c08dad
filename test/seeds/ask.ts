/**
 * `ADDRESS TIMES`: asks a port as often, each time on a connection of its own, and prints what it was answered as JSON. Its text is
 * run by Node in pods, on the node and outside alike. ADDRESS is `http://HOST:PORT`, `https://…` (any certificate) or `tcp://…` (a
 * line that comes back).
 */
import http from "node:http";
import https from "node:https";
import net from "node:net";

const patienceMs = 3000;

/** What one request was answered: `200 text`, or the code of the fault. */
async function ask(url: URL): Promise<string> {
  if (url.protocol === "tcp:") return askLine(url);
  return askHttp(url);
}

function askHttp(url: URL): Promise<string> {
  const options = {
    agent: false,
    timeout: patienceMs,
    rejectUnauthorized: false,
    headers: { connection: "close" },
  } as const;
  return new Promise((resolve) => {
    const request = (url.protocol === "https:" ? https : http).get(url, options, (response) => {
      let body = "";
      response.on("data", (part) => {
        body += part;
      });
      response.on("end", () => resolve(`${response.statusCode} ${body.split("\n")[0]}`.trim()));
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (fault) => resolve(wordOf(fault)));
  });
}

function askLine({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port), timeout: patienceMs });
    socket.on("connect", () => socket.write("hello\n"));
    socket.on("data", (line) => {
      socket.destroy();
      resolve(String(line).trim());
    });
    socket.on("timeout", () => socket.destroy(new Error("timeout")));
    socket.on("error", (fault) => resolve(wordOf(fault)));
  });
}

const wordOf = (fault: Error): string => ("code" in fault ? String(fault.code) : fault.message);

const [address = "", times = "1"] = process.argv.slice(1);
const answers: string[] = [];
for (let i = 0; i < Number(times); i++) answers.push(await ask(new URL(address)));
console.log(JSON.stringify(answers));
