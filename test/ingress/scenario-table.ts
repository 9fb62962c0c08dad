import { createPrivateKey, X509Certificate } from "node:crypto";
import { nginxController, portolanController, RouteBook } from "#core/routes/route-book.ts";
import type { Finding, RouteTable, TableChange } from "#core/routes/route-table.ts";
import { nameOf } from "#core/routes/route-world.ts";
import { fingerprintOf, type ScenarioWorld } from "./scenario-world.ts";

/** The RouteTable of a scenario, and what each Ingress is told. */
export interface ScenarioTable {
  readonly table: RouteTable;
  readonly change: TableChange;
  readonly findingsOf: (ingress: string) => readonly Finding[];
}

export function tableOf(world: ScenarioWorld, ports: { readonly http: number; readonly https: number }): ScenarioTable {
  const book = new RouteBook({
    controllers: [portolanController, nginxController],
    httpPort: ports.http,
    httpsPort: ports.https,
    families: ["IPv4"],
    inspectCertificate: inspected,
    fingerprint: fingerprintOf,
    now: Date.now,
  });
  book.setClasses(world.routes);
  for (const ingress of world.ingresses) book.setIngress(nameOf(ingress), world.routes);
  const { table, change } = book.take();
  return { table, change, findingsOf: (ingress) => book.findingsOf(ingress) };
}

/** Enough of a certificate for scenarios: their broken ones are no PEM at all. */
function inspected(chain: string, key: string) {
  if (!chain.includes("BEGIN CERTIFICATE")) return { names: [], notAfter: 0, problem: "no certificate in PEM" };
  const certificate = new X509Certificate(chain);
  const names = (certificate.subjectAltName ?? "").split(", ").map((one) => one.replace(/^DNS:/, ""));
  const problem = certificate.checkPrivateKey(createPrivateKey(key)) ? {} : { problem: "the key is another one's" };
  return { names, notAfter: Date.parse(certificate.validTo), ...problem };
}
