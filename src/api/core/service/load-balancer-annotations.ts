/**
 * By what else a Service says which load-balancer address it would like; the first that is there counts. MetalLB's are read too, so
 * that manifests made for it work as they are.
 */
export const loadBalancerAnnotations = {
  addresses: ["portolan.io/load-balancer-ips", "metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"],
  pool: ["portolan.io/load-balancer-pool", "metallb.io/address-pool", "metallb.universe.tf/address-pool"],
  sharing: [
    "portolan.io/load-balancer-sharing-key",
    "metallb.io/allow-shared-ip",
    "metallb.universe.tf/allow-shared-ip",
  ],
} as const;
