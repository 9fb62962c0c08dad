import { type Cidr, cidrOf, contains } from "#net/cidr.ts";
import { addressBits, type Ip, type IpFamily } from "#net/ip.ts";
import type { Case, Endpoint, Frontend, Origin, Pool, ServiceEntry } from "../../services/service-map.ts";
import { admittedAt } from "../../services/sources.ts";
import { type ChainNames, type NamedPort, portNameOf, showEndpoint } from "./names.ts";
import { showRule } from "./print.ts";
import { type Chain, from, jump, type Match, type Rule, rule, to, toPort } from "./rule.ts";

/** What the chains of an entry depend on besides the entry. */
export interface Place {
  /** The node's own. */
  readonly nodeAddresses: readonly Ip[];
  /** Those of them where node ports are served. */
  readonly nodePortAddresses: readonly Ip[];
  readonly clusterCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
}

/** The lists that rows stand in; `dispatches.ts` says which chains they are. */
export type ListName =
  | "services"
  | "nodePorts"
  | "hostPorts"
  | "refused"
  | "refusedOutside"
  | "firewall"
  | "unused"
  | "health";

/** A rule in a list, for one address or one port. */
export interface RowClaim {
  readonly list: ListName;
  readonly family: IpFamily;
  /** Where the row stands in its list: that of an address, or of a protocol and port. */
  readonly at: Ip | { readonly protocol: Frontend["protocol"]; readonly port: number };
  /** Orders rows of one address. */
  readonly order: string;
  readonly rule: Rule;
  /** Of claims with equal keys the senior's counts; a row stands while it has one of its keys. */
  readonly keys: readonly string[];
}

/** Everything that one Service has in the rules of one node. */
export interface Contribution {
  readonly chains: readonly (Chain & { readonly family: IpFamily })[];
  readonly rows: readonly RowClaim[];
}

/** The chains and rows of one Service, of both families. */
export function contributionOf(entry: ServiceEntry, place: Place, names: ChainNames): Contribution {
  const rows = [...entry.addresses.flatMap((address) => addressRow(entry.name, address, place)), ...healthRows(entry)];
  const chains: (Chain & { readonly family: IpFamily })[] = [];
  for (const family of ["IPv4", "IPv6"] as const) {
    const making = new ServiceChains(family, place, names);
    for (const frontend of entry.frontends) if (frontend.family === family) making.add(frontend);
    rows.push(...making.rows);
    chains.push(...making.chains().map((chain) => ({ ...chain, family })));
  }
  return { chains, rows };
}

// Whoever balances over the nodes must be able to ask, whatever other rules say; so kube-proxy has it.
const healthRows = ({ name, health }: ServiceEntry): readonly RowClaim[] =>
  health === undefined
    ? []
    : (["IPv4", "IPv6"] as const).map((family) => ({
        list: "health",
        family,
        at: { protocol: "TCP", port: health.port },
        order: "",
        rule: rule(`${name} health check node port`, toPort("TCP", health.port), { do: "accept" }),
        keys: [`health ${health.port}`],
      }));

const blockAt = (ip: Ip): Cidr => cidrOf(ip, addressBits(ip.family));
const mark = jump("KUBE-MARK-MASQ");

/** What still has the address of a Service when it is filtered was sent to a port that the Service doesn't have. */
function addressRow(name: string, { ip, ours }: ServiceEntry["addresses"][number], place: Place): readonly RowClaim[] {
  const inRange = place.serviceCidrs.some((block) => contains(block, ip));
  const known = place.serviceCidrs.some(({ family }) => family === ip.family);
  if (!known || (!inRange && !ours)) return [];
  const comment = ours ? `${name} has no such port` : `${name} is served by another proxy`;
  return [
    {
      list: inRange ? "unused" : "refused",
      family: ip.family,
      at: ip,
      order: ours ? "~ ours" : "~ theirs",
      rule: rule(comment, [to(blockAt(ip))], { do: ours ? "reject" : "return" }),
      // An address of ours is ours, whoever else names it.
      keys: [ours ? `address ${ip.text}` : `other ${ip.text}`],
    },
  ];
}

interface PoolChain {
  readonly port: NamedPort;
  readonly pool: Pool;
  readonly affinitySeconds: number;
  /** What comes before the endpoints are drawn for. */
  readonly first: Rule[];
}

class ServiceChains {
  readonly rows: RowClaim[] = [];
  readonly #family: IpFamily;
  readonly #place: Place;
  readonly #names: ChainNames;
  readonly #pods: readonly Cidr[];
  readonly #pools = new Map<string, PoolChain>();
  readonly #others = new Map<string, readonly Rule[]>();
  readonly #filters = new Map<string, readonly Rule[]>();

  constructor(family: IpFamily, place: Place, names: ChainNames) {
    this.#family = family;
    this.#place = place;
    this.#names = names;
    this.#pods = place.clusterCidrs.filter((block) => block.family === family);
  }

  add(frontend: Frontend): void {
    const port: NamedPort = {
      portName: portNameOf(frontend),
      protocol: frontend.protocol,
      of: frontend.via === "HostPort" ? "pod" : "service",
    };
    for (const { verdict } of frontend.cases)
      if (verdict.kind === "forward") this.#addPool(port, verdict.pool, frontend.affinitySeconds);
    const entered = this.#entryChain(frontend, port);
    if (entered !== undefined) this.#addWays(frontend, port, entered);
    else if (frontend.sources.kind === "ranges") this.#addFilter(frontend, port);
    this.#addRefusals(frontend, port);
  }

  chains(): readonly Chain[] {
    const endpoints = new Map<string, readonly Rule[]>();
    const pools = [...this.#pools].map(([name, { port, pool, affinitySeconds, first }]) => {
      const members = pool.members.map((member) => ({ member, chain: this.#names.endpoint(port, member) }));
      for (const { member, chain } of members)
        endpoints.set(chain, endpointRules(port, member, affinitySeconds > 0 ? chain : undefined));
      return { name, rules: [...first, ...drawRules(port, members, affinitySeconds)] };
    });
    const others = [...this.#others, ...endpoints].map(([name, rules]) => ({ name, rules }));
    const filters = [...this.#filters].map(([name, rules]) => ({ table: "filter", name, rules }) as const);
    return [...[...pools, ...others].map(({ name, rules }) => ({ table: "nat", name, rules }) as const), ...filters];
  }

  #addPool(port: NamedPort, pool: Pool, affinitySeconds: number): void {
    const name = this.#names.pool(port, pool.scope);
    if (!this.#pools.has(name)) this.#pools.set(name, { port, pool, affinitySeconds, first: [] });
  }

  /** The chain that a frontend's packets come to; undefined where nobody is sent anywhere. */
  #entryChain(frontend: Frontend, port: NamedPort): string | undefined {
    const { via, cases } = frontend;
    if (!cases.some(({ verdict }) => verdict.kind === "forward")) return undefined;
    const only = onlyPool(cases);
    if (via === "ClusterIP" && only !== undefined) {
      const chain = this.#names.pool(port, only.scope);
      this.#pools.get(chain)?.first.push(...this.#clusterIPMarks(frontend, port));
      return chain;
    }
    const chain = this.#addExternal(frontend, port);
    return frontend.sources.kind === "anyone" ? chain : this.#addFirewall(frontend, port, chain);
  }

  // The node's own packets are among those that are marked: they carry the node's address either way.
  #clusterIPMarks({ cases, at, port: number, protocol }: Frontend, { portName }: NamedPort): readonly Rule[] {
    if (caseOf(cases, "outside").masquerade !== "always" || at === "NodeAddresses") return [];
    const everybody = caseOf(cases, "pod").masquerade === "always";
    return at.map((ip) => {
      const when = toPort(protocol, number, blockAt(ip));
      if (everybody) return rule(`${portName} cluster IP`, when, mark);
      return this.#notFromPods(`${portName} cluster IP`, when);
    });
  }

  #notFromPods(comment: string, when: readonly Match[]): Rule {
    const [block, ...more] = this.#pods;
    if (block === undefined) return rule(comment, when, mark);
    if (more.length > 0) return rule(comment, when, jump(markOutsiders));
    return rule(comment, [...when, { is: "from", block, not: true }], mark);
  }

  #addExternal(frontend: Frontend, port: NamedPort): string {
    const rules = this.#externalRules(frontend, port);
    const usual = this.#names.external(port);
    const known = this.#others.get(usual);
    const name = known === undefined || alike(known, rules) ? usual : this.#names.external(port, frontend.via);
    this.#others.set(name, rules);
    return name;
  }

  #externalRules({ cases }: Frontend, port: NamedPort): readonly Rule[] {
    const outside = caseOf(cases, "outside");
    const words = `for ${port.portName} external destinations`;
    const marked = (origin: Origin): boolean => caseOf(cases, origin).masquerade === "always";
    const last = [
      ...(marked("outside") ? [rule(`masquerade traffic ${words}`, [], mark)] : []),
      ...this.#leads(undefined, [], { port, to: outside }),
    ];
    const only = onlyPool(cases);
    if (only !== undefined && marked("outside") && marked("pod")) return last;
    if (
      only !== undefined &&
      !["pod", "thisNode", "outside"].some((one) =>
        cases.some(({ from, masquerade }) => from === one && masquerade === "always"),
      )
    )
      return last;
    const [pod, node] = [caseOf(cases, "pod"), caseOf(cases, "thisNode")];
    const local: readonly Match[] = [{ is: "fromLocal" }];
    return [
      ...this.#pods.flatMap((block) => [
        ...(marked("pod") ? [rule(`masquerade pod traffic ${words}`, [from(block)], mark)] : []),
        ...this.#leads(`pod traffic ${words}`, [from(block)], { port, to: pod }),
      ]),
      ...(marked("thisNode") ? [rule(`masquerade LOCAL traffic ${words}`, local, mark)] : []),
      ...this.#leads(`route LOCAL traffic ${words}`, local, { port, to: node }),
      ...last,
    ];
  }

  /** To the endpoints; or back, where these clients are refused and others are not. */
  #leads(
    comment: string | undefined,
    when: readonly Match[],
    { port, to: { verdict } }: { port: NamedPort; to: Case },
  ): readonly Rule[] {
    if (verdict.kind === "forward") return [rule(comment, when, jump(this.#names.pool(port, verdict.pool.scope)))];
    return when.length === 0 ? [] : [rule(comment, when, { do: "return" })];
  }

  #addFirewall({ sources, at }: Frontend, port: NamedPort, external: string): string {
    const name = this.#names.firewall(port);
    const ranges = sources.kind === "anyone" ? [] : this.#admitted(sources.ranges, at);
    const allowed = ranges.map((range) => rule(`${port.portName} loadbalancer IP`, [from(range)], jump(external)));
    const rest = rule(`other traffic to ${port.portName} will be dropped by KUBE-PROXY-FIREWALL`, []);
    this.#others.set(name, [...allowed, rest]);
    return name;
  }

  /** Where nobody is led anywhere, those who may come in must hear so, and the others nothing at all. */
  #addFilter(frontend: Frontend, port: NamedPort): void {
    const { sources, at, protocol, port: number } = frontend;
    const name = this.#names.firewall(port);
    const ranges = sources.kind === "anyone" ? [] : this.#admitted(sources.ranges, at);
    const allowed = ranges.map((range) => rule(`${port.portName} loadbalancer IP`, [from(range)], { do: "return" }));
    this.#filters.set(name, [...allowed, rule(undefined, [], { do: "drop" })]);
    for (const ip of this.#ips(frontend))
      this.#row("firewall", ip, {
        frontend,
        rule: rule(`${port.portName} loadbalancer IP`, toPort(protocol, number, blockAt(ip)), jump(name)),
        key: "firewall",
      });
  }

  #admitted(ranges: readonly Cidr[], at: Frontend["at"]): readonly Cidr[] {
    const vips = at === "NodeAddresses" ? [] : at;
    const all = vips.flatMap((vip) => admittedAt(vip, ranges, this.#place.nodeAddresses));
    return [...new Map(all.map((block) => [block.text, block])).values()];
  }

  #addWays(frontend: Frontend, { portName }: NamedPort, chain: string): void {
    const { via, protocol, port, at } = frontend;
    const leads = jump(chain);
    if (at === "NodeAddresses" && via === "NodePort") {
      const keys = this.#ips(frontend).map((ip) => keyOf("go", ip, frontend));
      const one = rule(portName, toPort(protocol, port), leads);
      if (keys.length > 0)
        this.rows.push({ list: "nodePorts", family: this.#family, at: { protocol, port }, order: "", rule: one, keys });
      return;
    }
    const comment = `${portName} ${words[via]}`;
    for (const ip of this.#ips(frontend)) {
      this.#row(via === "HostPort" ? "hostPorts" : "services", ip, {
        frontend,
        rule: rule(comment, toPort(protocol, port, blockAt(ip)), leads),
        key: "go",
      });
      if (frontend.sources.kind === "ranges")
        this.#row("firewall", ip, {
          frontend,
          rule: rule(`${portName} traffic not accepted by ${chain}`, toPort(protocol, port, blockAt(ip)), {
            do: "drop",
          }),
          key: "firewall",
        });
    }
  }

  #addRefusals(frontend: Frontend, { portName }: NamedPort): void {
    const { via, protocol, port } = frontend;
    for (const ip of this.#ips(frontend))
      for (const [i, { kind, when }] of refusalsOf(frontend.cases, this.#pods).entries())
        this.#row(via === "ClusterIP" ? "refused" : "refusedOutside", ip, {
          frontend,
          rule: rule(
            `${portName} has no ${kind === "drop" ? "local " : ""}endpoints`,
            [...when, ...toPort(protocol, port, blockAt(ip))],
            { do: kind },
          ),
          key: "refuse",
          place: i,
        });
  }

  #row(list: ListName, ip: Ip, row: { frontend: Frontend; rule: Rule; key: string; place?: number }): void {
    const { protocol, port } = row.frontend;
    const order = `${protocol} ${String(port).padStart(5, "0")} ${row.place ?? 0}`;
    this.rows.push({
      list,
      family: this.#family,
      at: ip,
      order,
      rule: row.rule,
      keys: [keyOf(row.key, ip, row.frontend)],
    });
  }

  /** Where a frontend is reached on this node. */
  #ips({ at, via }: Frontend): readonly Ip[] {
    const { nodeAddresses, nodePortAddresses } = this.#place;
    const own = via === "NodePort" ? nodePortAddresses : nodeAddresses;
    return (at === "NodeAddresses" ? own : at).filter(({ family }) => family === this.#family);
  }
}

/** Where packets go that come from no pod, where pods have several blocks. */
export const markOutsiders = "PORTOLAN-MARK-OUTSIDERS";

const words = {
  ClusterIP: "cluster IP",
  ExternalIP: "external IP",
  LoadBalancer: "loadbalancer IP",
  HostPort: "host port",
  NodePort: "node port",
} as const;

const keyOf = (what: string, ip: Ip, { protocol, port }: Frontend): string => `${what} ${ip.text} ${protocol} ${port}`;

const nobody: Case = { from: "outside", verdict: { kind: "drop", because: "NoEndpoints" }, masquerade: "never" };
const caseOf = (cases: readonly Case[], origin: Origin): Case => cases.find(({ from }) => from === origin) ?? nobody;

/** The pool that everybody is sent to, whoever it is. */
function onlyPool(cases: readonly Case[]): Pool | undefined {
  const pools = cases.map(({ verdict }) => (verdict.kind === "forward" ? verdict.pool : undefined));
  return pools.every((pool) => pool?.scope === pools[0]?.scope) ? pools[0] : undefined;
}

/** The draws come after those who are remembered; the last endpoint takes who is left. */
function drawRules(
  { portName }: NamedPort,
  members: readonly { readonly member: Endpoint; readonly chain: string }[],
  affinitySeconds: number,
): readonly Rule[] {
  const comment = (member: Endpoint) => `${portName} -> ${showEndpoint(member)}`;
  const remembered = members.map(({ member, chain }) =>
    rule(comment(member), [{ is: "recent", list: chain, seconds: affinitySeconds }], jump(chain)),
  );
  const drawn = members.map(({ member, chain }, i) => {
    const left = members.length - i;
    return rule(comment(member), left === 1 ? [] : [{ is: "lot", of: left }], jump(chain));
  });
  return affinitySeconds > 0 ? [...remembered, ...drawn] : drawn;
}

// A pod that reaches itself must see the answer come from elsewhere.
function endpointRules(
  { portName, protocol }: NamedPort,
  { ip, port }: Endpoint,
  list: string | undefined,
): readonly Rule[] {
  const remembered: readonly Match[] = list === undefined ? [] : [{ is: "remember", list }];
  return [
    rule(portName, [from(blockAt(ip))], mark),
    rule(portName, [...remembered, { is: "protocol", protocol }], { do: "dnat", ip, port }),
  ];
}

/** Who is led somewhere meets no refusal, since the address is another by then: so clients are told apart only where refusals differ. */
function refusalsOf(
  cases: readonly Case[],
  pods: readonly Cidr[],
): readonly { readonly kind: "reject" | "drop"; readonly when: readonly Match[] }[] {
  const kinds = (["pod", "thisNode", "outside"] as const).map((origin) => caseOf(cases, origin).verdict.kind);
  const refusing = kinds.filter((kind) => kind !== "forward");
  const [first] = refusing;
  if (first === undefined) return [];
  if (refusing.every((kind) => kind === first)) return [{ kind: first, when: [] }];
  const [pod = "forward", node = "forward", outside = "forward"] = kinds;
  const of = (kind: typeof pod, when: readonly Match[]) => (kind === "forward" ? [] : [{ kind, when }]);
  return [...pods.flatMap((block) => of(pod, [from(block)])), ...of(node, [{ is: "fromLocal" }]), ...of(outside, [])];
}

const alike = (a: readonly Rule[], b: readonly Rule[]): boolean =>
  a.length === b.length && a.every((one, i) => showRule(one) === showRule(b[i] ?? one));
