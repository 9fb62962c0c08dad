import assert from "node:assert/strict";
import { test } from "node:test";
import { poolOf } from "./backend-pool.ts";
import type { BackendWish } from "./backend-wish.ts";
import { defaultBackendSettings } from "./default-settings.ts";
import { serviceOf, sliceOf, TestWorld } from "./specimens.ts";

const wish: BackendWish = {
  id: "default/web:80",
  service: "default/web",
  port: 80,
  portName: "",
  protocol: "TCP",
  settings: defaultBackendSettings,
  viaClusterIp: false,
  fallback: undefined,
};
const fallback = { service: "default/sorry", port: 8080, portName: "" };

/** `web` has these endpoints, `sorry` one. */
function membersOf(asked: Partial<BackendWish>, endpoints: string): string {
  const world = new TestWorld();
  world.serve("web 80:");
  const web = serviceOf("web 80");
  const ofFamily = (isSix: boolean) => endpoints.split(" ").filter((one) => one !== "" && one.includes(":") === isSix);
  world.allSlices.set("default/web", [
    sliceOf(web, ofFamily(false)),
    { ...sliceOf(web, ofFamily(true)), addressType: "IPv6" },
  ]);
  world.serve("sorry 8080:10.1.0.9");
  const { members, leftOut } = poolOf({ ...wish, ...asked }, world, ["IPv4", "IPv6"]);
  const others = leftOut.map(({ endpoint, because }) => `; ${endpoint.ip.text} ${because}`);
  return `${members.map(({ ip, port }) => `${ip.text}:${port}`).join(" ")}${others.join("")}`;
}

const rows = [
  ["pods", {}, "10.1.0.1 10.1.0.2", "10.1.0.1:8080 10.1.0.2:8080"],
  [
    "no address of the machine itself, or that answers nodes alone",
    {},
    "10.1.0.1 127.0.0.1 169.254.169.254 0.0.0.0 ::1 fe80::1 ::ffff:127.0.0.1",
    "10.1.0.1:8080; 0.0.0.0 SpecialAddress; 127.0.0.1 SpecialAddress; 169.254.169.254 SpecialAddress; ::1 SpecialAddress; ::ffff:7f00:1 SpecialAddress; fe80::1 SpecialAddress",
  ],
  ["nobody", {}, "", ""],
  ["who stands in, only where nobody is ready", { fallback }, "10.1.0.1 10.1.0.2!", "10.1.0.1:8080; 10.1.0.2 NotReady"],
  ["who stands in, and why", { fallback }, "10.1.0.1!", "10.1.0.9:8080; 10.1.0.1 NotReady"],
  ["the Service's own address and port", { viaClusterIp: true }, "10.1.0.1", "10.96.0.1:80"],
] as const;
for (const [name, asked, endpoints, members] of rows)
  test(`a backend is sent to ${name}`, () => assert.equal(membersOf(asked, endpoints), members));
