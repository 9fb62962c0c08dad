import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const { createHash } = process.getBuiltinModule("node:crypto");

/** RFC 6455, section 1.3. */
const handshakeSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const longestFrameBytes = 16 * 1024 * 1024;

/** Gives every frame of a WebSocket back, and answers pings and the closing handshake. */
export function serveWebSocket(request: IncomingMessage, socket: Socket, head: Buffer): void {
  const key = request.headers["sec-websocket-key"];
  if (typeof key !== "string" || request.headers["sec-websocket-version"] !== "13") {
    socket.end(
      "HTTP/1.1 400 Bad Request\r\nsec-websocket-version: 13\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    );
    return;
  }
  const accept = createHash("sha1")
    .update(key + handshakeSuffix)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  let bytes = head;
  const take = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let frame = parseFrame(bytes); frame !== undefined; frame = parseFrame(bytes)) {
      if (frame === "wrong") {
        // 1002: protocol error (section 7.4.1).
        socket.end(frameOf(0x88, Buffer.from([0x03, 0xea])));
        return;
      }
      bytes = bytes.subarray(frame.sizeBytes);
      reply(socket, frame);
    }
  };
  socket.on("data", take);
  socket.on("end", () => socket.end());
  take(Buffer.alloc(0));
}

interface Frame {
  /** FIN, the reserved bits and the opcode. */
  readonly first: number;
  readonly payload: Buffer;
  readonly sizeBytes: number;
}

/** Section 5.2. undefined: not all of it is here yet. Clients must mask, and extensions (reserved bits) were not agreed on. */
function parseFrame(bytes: Buffer): Frame | "wrong" | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  if ((second & 0x80) === 0 || (first & 0x70) !== 0) return "wrong";
  const short = second & 0x7f;
  const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < maskAt + 4) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (length > longestFrameBytes) return "wrong";
  const sizeBytes = maskAt + 4 + length;
  if (bytes.length < sizeBytes) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const payload = bytes.subarray(maskAt + 4, sizeBytes).map((byte, i) => byte ^ (mask[i & 3] ?? 0));
  return { first, payload: Buffer.from(payload), sizeBytes };
}

function reply(socket: Socket, { first, payload }: Frame): void {
  switch (first & 0x0f) {
    case 0x8:
      socket.end(frameOf(0x88, payload));
      return;
    case 0x9:
      socket.write(frameOf(0x8a, payload));
      return;
    case 0xa:
      return;
    default:
      socket.write(frameOf(first, payload));
  }
}

function frameOf(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head.writeUInt8(first, 0);
  head.writeUInt8(length < 126 ? length : length < 65_536 ? 126 : 127, 1);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}
