import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as pool from "./load-balancer-pool.ts";

export const loadBalancerPoolDocs: readonly Documented[] = [
  documented(pool.LoadBalancerPool, {
    "": "Addresses that Services of type LoadBalancer get, and by which clients outside the cluster reach them.",
    metadata: "The name is what Services ask for by annotation; it has no namespace.",
    spec: "The addresses, which Services may have them, and in what order pools are used.",
    status: "How many of them are in use, and whether the pool can be used.",
  }),
  documented(pool.LoadBalancerPoolSpec, {
    "": "Which addresses, and for whom.",
    blocks: "The addresses, of either family or both. They must not overlap with each other nor with another pool.",
    autoAssign:
      "Whether Services that ask for no pool and no address get one of these; true where left out. False keeps the pool for those who ask.",
    avoidBuggyIPs:
      "Leaves out addresses that end in .0 or .255, which some old devices take for addresses of networks. For IPv4.",
    serviceSelector: "Only Services with such labels get addresses of this pool. All, where left out.",
    namespaceSelector: "Only Services in namespaces with such labels get addresses of this pool. All, where left out.",
    priority: "Pools with lower numbers are used first, those without a number last.",
  }),
  documented(pool.AddressBlock, {
    "": "Either a block, or addresses in a row.",
    cidr: "All addresses of a block, such as 192.0.2.240/28, its first and last included.",
    start: "The first of addresses in a row.",
    stop: "The last of them, itself included.",
  }),
  documented(pool.LoadBalancerPoolStatus, {
    "": "What became of the pool.",
    assignedIPv4: "How many IPv4 addresses Services have.",
    assignedIPv6: "How many IPv6 addresses Services have.",
    availableIPv4: "How many IPv4 addresses are left.",
    availableIPv6: "How many IPv6 addresses are left, as far as a number of JSON can tell.",
    conditions: "Ready: whether addresses are given out of it, and why not.",
  }),
];
