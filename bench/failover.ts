import { type Lan, makeLan, nowMs } from "../test/load-balancer/lan.ts";
import { findKeepalived } from "./failover/keepalived.ts";

const address = "10.99.0.200";
const ourKills = 50;
const peerKills = 10;

/** In milliseconds. */
export interface FailoverFigures {
  /** From the kill to the first answer of another node. */
  readonly p50: number;
  readonly p99: number;
  /** From the last answer of the killed node to the first of another. */
  readonly silentP99: number;
  /** For how long both answered, at most; 0: never. */
  readonly twoMost: number;
}

/** The node that answers for an address is killed (-9), again and again; somebody on the LAN asks every 10 ms who has it. */
export async function run(): Promise<{ readonly ours: FailoverFigures; readonly peer: FailoverFigures | undefined }> {
  const ours = await measureOurs();
  console.log(`failover: ${ourKills} kills: ${show(ours)}`);
  const peer = await measurePeer();
  console.log(
    peer === undefined
      ? "failover: keepalived is left out: neither here nor in the package archive"
      : `failover: keepalived, ${peerKills} kills: ${show(peer)}`,
  );
  return { ours, peer };
}

const show = ({ p50, p99, silentP99, twoMost }: FailoverFigures): string =>
  `another answers after ${p50.toFixed(0)} ms (p99 ${p99.toFixed(0)}), silence p99 ${silentP99.toFixed(0)} ms, two at once ${twoMost.toFixed(0)} ms`;

async function measureOurs(): Promise<FailoverFigures> {
  await using lan = await makeLan({ nodes: ["node-1", "node-2", "node-3"], addresses: [address] });
  return await measure(lan, ourKills, {
    kill: async (node) => lan.signal(node, "SIGKILL"),
    revive: async (node) => lan.start(node),
  });
}

async function measurePeer(): Promise<FailoverFigures | undefined> {
  const nodes = ["node-1", "node-2"];
  await using keepalived = await findKeepalived();
  if (keepalived === undefined) return undefined;
  await using lan = await makeLan({ nodes, addresses: [address], withoutAnnouncers: true });
  await using group = keepalived.group(nodes, { address, namespaceOf: lan.namespaceOf });
  return await measure(lan, peerKills, group);
}

interface Hands {
  readonly kill: (node: string) => Promise<void>;
  readonly revive: (node: string) => Promise<void>;
}

async function measure(lan: Lan, kills: number, { kill, revive }: Hands): Promise<FailoverFigures> {
  const rounds: Round[] = [];
  for (let round = 0; round < kills; round++) {
    const node = await lan.announcerOf(address);
    const atMs = nowMs();
    await kill(node);
    rounds.push(await outcome(lan, node, atMs));
    await revive(node);
  }
  const sorted = (pick: (round: Round) => number) => rounds.map(pick).toSorted((a, b) => a - b);
  const part = (values: readonly number[], share: number) => values[Math.ceil(values.length * share) - 1] ?? Number.NaN;
  const after = sorted(({ afterMs }) => afterMs);
  return {
    p50: part(after, 0.5),
    p99: part(after, 0.99),
    silentP99: part(
      sorted(({ silentMs }) => silentMs),
      0.99,
    ),
    twoMost: part(
      sorted(({ twoMs }) => twoMs),
      1,
    ),
  };
}

interface Round {
  readonly afterMs: number;
  readonly silentMs: number;
  readonly twoMs: number;
}

/** What was heard until two seconds after another node's first answer. */
async function outcome({ answers }: Lan, node: string, atMs: number): Promise<Round> {
  const others = () => answers.filter((one) => one.atMs > atMs && one.node !== node);
  const patienceMs = 20_000;
  while (others().length === 0 && nowMs() - atMs < patienceMs) await pause(20);
  const first = others()[0]?.atMs ?? Number.POSITIVE_INFINITY;
  await pause(2000);
  const last = answers.findLast((one) => one.node === node)?.atMs ?? atMs;
  return { afterMs: first - atMs, silentMs: Math.max(0, first - last), twoMs: Math.max(0, last - first) };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
