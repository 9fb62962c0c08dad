import type { Ip } from "./ip.ts";

/** A locally administered MAC address made from the low 32 bits of an address, so that it never has to be remembered. */
export function macOf(ip: Ip): string {
  const low = Number(ip.number & 0xffff_ffffn);
  const octets = [24, 16, 8, 0].map((shift) => ((low >>> shift) & 255).toString(16).padStart(2, "0"));
  return ["0a", "58", ...octets].join(":");
}
