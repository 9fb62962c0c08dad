import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ingress } from "#api/networking/ingress.ts";
import { seeded } from "../../../test/harness/seeded.ts";
import { annotationsByName } from "./annotations/table.ts";
import { bookOf, certificateSecret, ingressOf, TestWorld } from "./specimens.ts";

const letters = [
  "\n",
  "\r",
  "\0",
  "\t",
  " ",
  '"',
  "'",
  "`",
  "\\",
  "$",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  "#",
  "%",
  "%0a",
  "%00",
  "*",
  "+",
  "?",
  ".",
  "..",
  "/",
  "//",
  "@",
  ":",
  "|",
  "^",
  "<",
  ">",
  "&",
  "=",
  ",",
  "a",
  "B",
  "0",
  "9",
  "-",
  "_",
  "é",
  "\u2028",
  "\ud800",
  "😀",
  "\u007f",
  "\u0085",
];
const words = [
  "",
  "*",
  "a.example",
  "*.example",
  "web",
  "api",
  "cert",
  "true",
  "false",
  "default/web",
  "../x",
  "__proto__",
  "constructor",
  "http://a.example/",
  "https://a/$1",
  "1m",
  "10.0.0.0/8",
  "200",
  "-1",
  "99999999999999999999",
  "NaN",
  "/x(/|$)(.*)",
  "(a+)+$",
  "x".repeat(70_000),
];

/** Whatever may be written into a field. */
class Hostile {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  text = (): string => {
    const length = this.below(5);
    return Array.from({ length }, () => this.#of(this.below(3) === 0 ? words : letters)).join("");
  };

  #of = (from: readonly string[]): string => from[this.below(from.length)] ?? "";

  word = (): string => (this.below(2) === 0 ? this.#of(words) : this.text());

  ingress(name: string): Ingress {
    const { metadata, status } = ingressOf(`${name}: a.example/=web:80`, { age: this.below(50) });
    const known = [...annotationsByName.keys()];
    const annotations = Object.fromEntries(
      Array.from({ length: this.below(8) }, () => [
        `nginx.ingress.kubernetes.io/${this.below(9) === 0 ? this.text() : this.#of(known)}`,
        this.word(),
      ]),
    );
    const backend = () => {
      const port = this.below(2) === 0 ? { number: this.below(3) === 0 ? -1 : 80 } : { name: this.word() };
      if (this.below(9) === 0) return { resource: { kind: this.word(), name: this.word() } };
      return { service: { name: this.below(2) === 0 ? "web" : this.word(), port } };
    };
    const pathType = () => ["Exact", "Prefix", "ImplementationSpecific", this.text()][this.below(4)] ?? "";
    const rules = Array.from({ length: this.below(4) }, () => ({
      host: this.word(),
      http: {
        paths: Array.from({ length: this.below(4) }, () => ({
          path: `/${this.word()}`,
          pathType: pathType(),
          backend: backend(),
        })),
      },
    }));
    const tls = Array.from({ length: this.below(3) }, () => ({
      hosts: [this.word(), this.word()],
      secretName: this.word(),
    }));
    return {
      metadata: { ...metadata, annotations },
      spec: { rules, tls, ...(this.below(2) === 0 && { defaultBackend: backend() }) },
      status,
    };
  }
}

/** The texts in a value, wherever; keys of fields aside. */
function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === "string") yield value;
  else if (value instanceof Map) for (const [key, one] of value) yield* textsIn([key, one]);
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) yield* textsIn(one);
}

test("whatever an Ingress holds is a finding in plain ASCII, or a table without control characters; what is right goes on", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.serve("api 80:10.1.0.2");
  world.secrets.set("default/cert", certificateSecret("default/cert", "names: a.example"));
  world.add(ingressOf("good: good.example/=web:80", { age: 99 }));
  const hostile = new Hostile(3);
  const book = bookOf(world);
  let found = 0;
  for (let round = 0; round < 1000; round++) {
    const name = `x${round % 7}`;
    world.add(hostile.ingress(name));
    book.setIngress(`default/${name}`, world);
    const { table } = book.take();
    const hosts = table.routeSets.get("ingress")?.hosts;
    assert.equal(hosts?.get("good.example")?.routes[0]?.to.kind, "backends");
    for (const text of textsIn([hosts, table.backends, table.passthroughs, table.certificates.byHost.keys().toArray()]))
      assert.doesNotMatch(text, /\p{Cc}|\p{Cs}|[\u2028\u2029]/u);
    for (const { message } of book.findingsOf(`default/${name}`)) {
      found++;
      assert.match(message, /^[\x20-\x7e…]+$/);
      assert.ok(message.length < 1000, message);
    }
  }
  assert.ok(found > 1500, `${found}`);
});
