/**
 * A program on a pod's loopback alone: IPv4 at 9000, IPv6 at 9006. Each connection says in its first line what it wants:
 * `sink`: reads to the client's end, then says how much it was and its SHA-256; `source BYTES`: sends so much and ends; `echo`.
 */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { counted } from "./counted.ts";

function serve(socket: Socket): void {
  socket.once("data", (first: Buffer) => {
    const end = first.indexOf("\n");
    const [wish, size = "0"] = first.toString("latin1", 0, end).split(" ");
    socket.pause();
    if (first.length > end + 1) socket.unshift(first.subarray(end + 1));
    answer(socket, wish, Number(size)).then(undefined, () => socket.destroy()); // the client went away
  });
  socket.on("error", () => {});
}

async function answer(socket: Socket, wish: string | undefined, bytes: number): Promise<void> {
  if (wish === "source") await pipeline(counted(bytes), socket);
  if (wish === "echo") await pipeline(socket, socket);
  if (wish !== "sink") return;
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    hash.update(chunk);
  }
  socket.end(`${size} ${hash.digest("hex")}\n`);
}

createServer({ allowHalfOpen: true }, serve).listen(9000, "127.0.0.1");
createServer({ allowHalfOpen: true }, serve).listen(9006, "::1");
