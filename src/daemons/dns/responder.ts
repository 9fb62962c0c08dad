import { type Answer, answer } from "#core/dns/answer.ts";
import { MAX_TCP_BYTES, RCODE, udpLimitBytes } from "#core/dns/message.ts";
import { lowerName } from "#core/dns/name.ts";
import { type Asked, type Content, emptyContent, type Query, readQuery, responseTo } from "#core/dns/query.ts";
import { TYPE } from "#core/dns/record.ts";
import { foreignContent } from "#core/dns/upstream-reply.ts";
import { encodeMessage } from "#core/dns/wire.ts";
import type { Zone } from "#core/dns/zone.ts";
import type { Forwarder } from "./forwarder.ts";
import { PreparedAnswers } from "./prepared-answers.ts";

export type Carrier = "udp" | "tcp";
export type Send = (answer: Uint8Array) => void;

/** Answers messages: the cluster's names from the zone, at once; others from other resolvers. */
export class Responder {
  readonly #zone: Zone;
  readonly #forwarder: Forwarder;
  readonly #isReady: () => boolean;
  readonly #prepared = new PreparedAnswers();
  #turn = 0;

  /** Until `isReady`, the zone isn't complete, and what it lacks must not be denied. */
  constructor(zone: Zone, forwarder: Forwarder, isReady: () => boolean) {
    this.#zone = zone;
    this.#forwarder = forwarder;
    this.#isReady = isReady;
  }

  /** Calls `send` once, now or later, or never where silence is due. */
  respond(bytes: Buffer, carrier: Carrier, send: Send): void {
    const prepared = carrier === "udp" ? this.#prepared.find(bytes, this.#zone.version) : undefined;
    if (prepared !== undefined) {
      send(prepared);
      return;
    }
    const incoming = readQuery(bytes);
    if (incoming.kind === "refused") send(encoded(incoming.asked, carrier, emptyContent(incoming.rcode)));
    if (incoming.kind === "query") this.#answer({ query: incoming.query, bytes, carrier }, send);
  }

  #answer({ query, bytes, carrier }: Received, send: Send): void {
    const told = answer(this.#zone, query.question, this.#turn++);
    if (told.kind !== "complete") {
      void this.#foreign(query, told).then((content) => send(encoded(query, carrier, content)));
    } else if (!this.#isReady()) {
      send(encoded(query, carrier, emptyContent(RCODE.SERVFAIL)));
    } else {
      const message = encoded(query, carrier, told.content);
      if (carrier === "udp" && !told.turns) this.#prepared.keep(bytes, this.#zone.version, message);
      send(message);
    }
  }

  async #foreign({ question, recursionDesired }: Query, told: Exclude<Answer, { kind: "complete" }>): Promise<Content> {
    const { aliases, target } = told.kind === "leads out" ? told : { aliases: [], target: question.name };
    // Who doesn't want recursion would only learn what others have asked for.
    if (!recursionDesired)
      return { ...emptyContent(aliases.length > 0 ? RCODE.NOERROR : RCODE.REFUSED), answers: aliases };
    if (question.type === TYPE.ANY) return emptyContent(RCODE.NOTIMP);
    return foreignContent(aliases, await this.#forwarder.resolve({ name: lowerName(target), type: question.type }));
  }
}

interface Received {
  readonly query: Query;
  readonly bytes: Buffer;
  readonly carrier: Carrier;
}

const encoded = (asked: Asked, carrier: Carrier, content: Content): Uint8Array =>
  encodeMessage(responseTo(asked, content), carrier === "udp" ? udpLimitBytes(asked.edns) : MAX_TCP_BYTES);
