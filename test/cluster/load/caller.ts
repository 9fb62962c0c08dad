/**
 * A client in a process of its own, so that nothing the test does slows it. It imports nothing of ours, since it runs in pods too.
 * Says in one line of JSON what became of its calls (`Calls`).
 *
 *     http ADDRESS PORT TIMES [PATH]     so many connections, a request on each
 *     udp ADDRESS PORT TIMES             so many datagrams, each from a port of its own
 *     steady ADDRESS PORT PER_SECOND     new connections until SIGTERM, whatever becomes of those before
 */
import { createSocket } from "node:dgram";
import { createConnection } from "node:net";

export interface Calls {
  /** How often each answer came. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}
export interface Failure {
  /** Since 1970; of the moment when the call began. */
  readonly milliseconds: number;
  /** The call ended so long after. */
  readonly afterMs: number;
  /** `ECONNREFUSED`, `ECONNRESET`, `silent`, or what came instead of an answer. */
  readonly why: string;
}

/** No answer for so long is a failure. Milliseconds. */
const patienceMs = 5000;
const atOnce = 50;

const answers: Record<string, number> = {};
const failures: Failure[] = [];

async function call(once: () => Promise<string>): Promise<void> {
  const began = Date.now();
  try {
    const answer = await once();
    answers[answer] = (answers[answer] ?? 0) + 1;
  } catch (fault) {
    const why = fault instanceof Error ? ("code" in fault ? String(fault.code) : fault.message) : String(fault);
    failures.push({ milliseconds: began, afterMs: Date.now() - began, why });
  }
}

function overHttp(host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    let text = "";
    socket.setEncoding("latin1").setTimeout(patienceMs, () => socket.destroy(new Error("silent")));
    socket.on("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`));
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      if (head.startsWith("HTTP/1.1 200 ") && body.endsWith("\n")) resolve(body.trim());
      else reject(new Error(`${text.length} bytes: ${JSON.stringify(text.slice(0, 40))}`));
    });
  });
}

function overUdp(address: string, port: number): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const socket = createSocket("udp4");
    const late = setTimeout(() => socket.emit("error", new Error("silent")), patienceMs);
    const end = (): void => {
      clearTimeout(late);
      socket.close();
    };
    socket.on("error", (fault) => {
      end();
      reject(fault);
    });
    socket.on("message", (message) => {
      end();
      resolve(message.toString().trim());
    });
    socket.connect(port, address, () => socket.send("hostname\n"));
  });
}

async function times(count: number, once: () => Promise<string>): Promise<void> {
  let left = count;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await call(once);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, caller));
}

async function steadily(perSecond: number, once: () => Promise<string>): Promise<void> {
  const pending = new Set<Promise<void>>();
  const began = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) * perSecond) / 1000; made < due; made++) {
      const one = call(once).finally(() => pending.delete(one));
      pending.add(one);
    }
  }, 2);
  await new Promise((resolve) => process.once("SIGTERM", resolve));
  clearInterval(timer);
  await Promise.all(pending);
}

const [how = "", address = "", portText = "", countText = "", path = "/hostname"] = process.argv.slice(2);
const [port, count] = [Number(portText), Number(countText)];
if (how === "http") await times(count, () => overHttp(address, port, path));
else if (how === "udp") await times(count, () => overUdp(address, port));
else if (how === "steady") await steadily(count, () => overHttp(address, port, path));
else throw new RangeError(`there is no way ${JSON.stringify(how)} to call`);
console.log(JSON.stringify({ answers, failures } satisfies Calls));
