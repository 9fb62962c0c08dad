import { type Cidr, mustCidr } from "./cidr.ts";

// Addresses that are no single host of a network, or another one for everybody. Source: IANA's special-purpose registries, RFC 6890.

const blocks = (...texts: readonly string[]): readonly Cidr[] => texts.map(mustCidr);

export const unspecified: readonly Cidr[] = blocks("0.0.0.0/32", "::/128");
/** Also the rest of "this network", to which Linux sends as to the machine itself. RFC 1122 section 3.2.1.3. */
export const thisNetwork: readonly Cidr[] = blocks("0.0.0.0/8", "::/128");
export const loopback: readonly Cidr[] = blocks("127.0.0.0/8", "::1/128");
/** Means another host on every link. */
export const linkLocal: readonly Cidr[] = blocks("169.254.0.0/16", "fe80::/10");
export const multicast: readonly Cidr[] = blocks("224.0.0.0/4", "ff00::/8");
export const broadcast: readonly Cidr[] = blocks("255.255.255.255/32");
/** Where clouds hand out credentials, besides 169.254.169.254: AWS (IPv6), Azure, Alibaba Cloud. */
export const cloudMetadata: readonly Cidr[] = blocks("fd00:ec2::254/128", "168.63.129.16/32", "100.100.100.200/32");
