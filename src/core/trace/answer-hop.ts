import { explain } from "../reasons.ts";
import type { Client } from "./client.ts";
import type { IngressStory } from "./ingress/ingress-hops.ts";
import type { Landing, Place } from "./place.ts";
import { type Probe, probeKey, type Seen } from "./probe.ts";
import { type Hop, showPlace } from "./story.ts";
import type { Target } from "./target.ts";
import type { Atlas } from "./world.ts";

interface Around {
  readonly client: Client;
  readonly landing: Landing;
  readonly atlas: Atlas;
  /** False where only some clients may come in, and this machine may not be one of them. */
  readonly isForAll: boolean;
  /** What the ingress controller answers by itself, or hands on from a backend (undefined); absent where there is no controller. */
  readonly expected: Pick<IngressStory, "status" | "refusals"> | undefined;
}

/** What a real connection from this machine is answered; undefined where this machine can't stand for the client. */
export function answerHop(
  target: Target,
  place: Place,
  { client, landing, atlas, isForAll, expected }: Around,
): Hop | undefined {
  if (client.stands !== "outside" || place.protocol !== "TCP") return undefined;
  const isCluster = landing.kind === "frontend" || atlas.nodeAt(place.ip) !== undefined;
  if (!isCluster && landing.hop.because !== "AddressElsewhere") return undefined;
  const url = target.kind === "place" ? target.url : undefined;
  const ip = place.ip.text;
  const probe: Probe = url === undefined ? { kind: "dial", ip, port: place.port } : { kind: "http", ip, url };
  const seen = atlas.world.seen.get(probeKey(probe));
  if (expected !== undefined && seen?.kind === "http")
    return { kind: "answer", probe, evidence: [], ...judgedByObjects(seen.status, expected) };
  return {
    kind: "answer",
    probe,
    evidence: [],
    ...(isForAll ? judged : judgedForSome)(seen, showPlace(place.ip, place.port)),
  };
}

type Judgement = Pick<Hop, "outcome" | "because" | "tells">;

type Expected = NonNullable<Around["expected"]>;

const failures: ReadonlySet<number> = new Set([502, 503, 504]);

/** An answer of an ingress controller, held against what its objects lead to. */
function judgedByObjects(status: number, { status: expected, refusals }: Expected): Judgement {
  const said = `a request from this machine was answered ${status}`;
  if (expected === status)
    return {
      outcome: status < 400 ? "passes" : "stops",
      because: "Answered",
      tells: `${said}, as the objects have it`,
    };
  if (expected !== undefined)
    return { outcome: "unknown", because: "AnsweredOtherwise", tells: `${said}, and the objects lead to ${expected}` };
  const refusal = refusals.find(({ statuses }) => statuses.includes(status));
  if (refusal !== undefined)
    return { outcome: "stops", because: refusal.because, tells: `${said}: ${explain(refusal.because)}` };
  if (failures.has(status))
    return { outcome: "stops", because: "AnsweredOtherwise", tells: `${said}, though the backend has endpoints` };
  const own = status >= 400 ? ": by the objects, that is the program's own answer" : "";
  return { outcome: "passes", because: "Answered", tells: `${said}${own}` };
}

/** Silence is what a client gets that may not come in. */
function judgedForSome(seen: Seen | undefined, at: string): Judgement {
  const judgement = judged(seen, at);
  if (seen?.kind !== "silent") return judgement;
  const tells = `${judgement.tells}, as if it were none of those that may come in`;
  return { outcome: "unknown", because: "SourceRangesApply", tells };
}

function judged(seen: Seen | undefined, at: string): Judgement {
  switch (seen?.kind) {
    case "connected":
      return { outcome: "passes", because: "Answered", tells: `a connection from this machine to ${at} was taken` };
    case "http":
      return {
        outcome: "passes",
        because: "Answered",
        tells: `a request from this machine was answered ${seen.status}`,
      };
    case "reset":
      return {
        outcome: "stops",
        because: "OtherProtocol",
        tells: `the program took the connection and broke it off when HTTP was spoken`,
      };
    case "refused":
      return {
        outcome: "stops",
        because: "ConnectionRefused",
        tells: `a connection from this machine to ${at} was refused`,
      };
    case "silent":
      return { outcome: "stops", because: "NoAnswer", tells: `a connection from this machine to ${at} got no answer` };
    case "unseen":
      return { outcome: "unknown", because: "NotLookedAt", tells: `this machine could not try ${at}: ${seen.because}` };
    default:
      return { outcome: "unknown", because: "NotLookedAt", tells: `whether ${at} answers this machine was not tried` };
  }
}
