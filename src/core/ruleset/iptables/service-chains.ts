import { blockOf, type Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Case, Frontend, Origin, Pool } from "../../services/service-map.ts";
import { admittedAt } from "../../services/sources.ts";
import { type ChainNames, type NamedPort, portNameOf } from "./names.ts";
import type { ListName, Place, RowClaim } from "./row-claim.ts";
import { type Chain, from, jump, type Match, type Rule, rule, toPort } from "./rule.ts";
import { alike, caseOf, drawRules, endpointRules, mark, markOutsiders, onlyPool, refusalsOf } from "./service-rules.ts";

interface PoolChain {
  readonly port: NamedPort;
  readonly pool: Pool;
  readonly affinitySeconds: number;
  /** What comes before the endpoints are drawn for. */
  readonly first: Rule[];
}

/** The chains of one entry in one family, and the rows that lead to them. */
export class ServiceChains {
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
      const when = toPort(protocol, number, blockOf(ip));
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
        rule: rule(`${port.portName} loadbalancer IP`, toPort(protocol, number, blockOf(ip)), jump(name)),
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
        rule: rule(comment, toPort(protocol, port, blockOf(ip)), leads),
        key: "go",
      });
      if (frontend.sources.kind === "ranges")
        this.#row("firewall", ip, {
          frontend,
          rule: rule(`${portName} traffic not accepted by ${chain}`, toPort(protocol, port, blockOf(ip)), {
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
            [...when, ...toPort(protocol, port, blockOf(ip))],
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

const words = {
  ClusterIP: "cluster IP",
  ExternalIP: "external IP",
  LoadBalancer: "loadbalancer IP",
  HostPort: "host port",
  NodePort: "node port",
} as const;

const keyOf = (what: string, ip: Ip, { protocol, port }: Frontend): string => `${what} ${ip.text} ${protocol} ${port}`;
