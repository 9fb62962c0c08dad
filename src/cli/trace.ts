import { type Access, readKubeconfig } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { About } from "#core/trace/ingress/wanted-objects.ts";
import { probeKey } from "#core/trace/probe.ts";
import { type Paint, plain, showStory } from "#core/trace/show.ts";
import type { Story } from "#core/trace/story.ts";
import { type From, parseFrom, parseTarget, type Target, type Understood } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import type { World } from "#core/trace/world.ts";
import { clusterFlags, parse, wantsJson } from "./arguments.ts";
import { look, wantedProbes } from "./trace-probes.ts";
import { readWorld } from "./trace-world.ts";
import { UsageFault } from "./usage.ts";
import { clusterOf } from "./which-cluster.ts";

const flags = {
  ...clusterFlags,
  from: { type: "string" },
  namespace: { type: "string", short: "n" },
  kubeconfig: { type: "string" },
  "cluster-domain": { type: "string" },
} as const;

/** `portolan trace`: 0 where the target is reached, 1 where it isn't or can't be told. */
export async function trace(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags, true);
  const json = wantsJson(parsed);
  const [text, ...others] = parsed.rest;
  if (text === undefined || others.length > 0)
    throw new UsageFault(
      "trace what?",
      "portolan trace a URL, svc/NAME, pod/NAME, ingress/NAME or host:port; see `portolan trace --help`",
    );
  const wanted = (namespace: string): readonly [Target, From] => [
    understood(parseTarget(text, namespace)),
    understood(parseFrom(parsed.text("from") ?? "outside", namespace)),
  ];
  wanted("default"); // what is wrong in the command line is told before anything is asked
  const { file, ...known } = await clusterOf(parsed);
  const access = await readKubeconfig(file);
  const namespace = parsed.text("namespace") ?? access.namespace;
  const [target, from] = wanted(namespace);
  const transport = tlsTransport(access);
  try {
    const world = await readWorld(transport, { namespace, ...known, about: aboutOf(target) });
    const story = await toldWithProbes(target, from, { world, access });
    process.stdout.write(json ? `${JSON.stringify(story, asText)}\n` : showStory(story, paintFor(process.stdout)));
    return story.outcome === "passes" ? 0 : 1;
  } finally {
    transport.close();
  }
}

/** It may lead to an ingress controller, whose Ingresses name Secrets. */
function aboutOf(target: Target): About | undefined {
  if (target.kind === "ingress") return { ingress: `${target.namespace}/${target.name}` };
  return target.kind === "place" ? { host: target.host.toLowerCase() } : undefined;
}

function understood<T>(read: Understood<T>): T {
  if (read.kind === "refused") throw new UsageFault(read.because, read.fix);
  return read.value;
}

interface Told {
  readonly world: World;
  readonly access: Access;
}

/** A story may want to know more, and then more again: names first, then what they lead to. */
const mostRounds = 3;

async function toldWithProbes(target: Target, from: From, { world, access }: Told): Promise<Story> {
  const seen = new Map(world.seen);
  for (let round = 0; ; round++) {
    const story = traceOf(target, from, { ...world, seen });
    const probes = wantedProbes(story, seen);
    if (probes.length === 0 || round === mostRounds) return story;
    const looks = probes.map(async (probe) => [probeKey(probe), await look(access, probe)] as const);
    for (const [key, one] of await Promise.all(looks)) seen.set(key, one);
  }
}

/** Addresses are written as text. */
const asText = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "number" in value && "text" in value ? value.text : value;

function paintFor(stream: NodeJS.WriteStream): Paint {
  if (!stream.isTTY || (process.env.NO_COLOR ?? "") !== "") return plain;
  const code = (number: number) => (text: string) => `\u001b[${number}m${text}\u001b[0m`;
  return { good: code(32), bad: code(31), doubtful: code(33), faint: code(2) };
}
