import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { ingressPlaceRules, ingressRules } from "#cluster/ingress-rights.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { factsFolder, readResources, readTypes, type TypeFacts } from "../api/facts.ts";

const root = join(import.meta.dirname, "../../deploy");
const folder = factsFolder();
const skip = folder === undefined ? "the facts of the Kubernetes API are not at hand: KUBERNETES_API_FACTS" : false;

suite("manifests are what the Kubernetes API takes", { skip }, () => {
  const types = readTypes(folder ?? "");
  const resources = readResources(folder ?? "");
  for (const file of globSync("*/*.yaml", { cwd: root }).toSorted()) {
    const documents = parseAllDocuments(readFileSync(join(root, file), "utf8")).map((one): unknown => one.toJS());
    for (const object of documents.filter(isJsonObject)) {
      test(`${file}: ${object.kind} has no field that the API doesn't know, and all that it requires`, () => {
        assert.deepEqual(fieldProblems(types, typeOf(types, object), object), []);
      });
      test(`${file}: ${object.kind} names resources and verbs that there are`, () => {
        assert.deepEqual(ruleProblems(resources, object), []);
      });
    }
  }
});

function typeOf(types: ReadonlyMap<string, TypeFacts>, { apiVersion, kind }: JsonObject): string {
  const [group = "", version = ""] = String(apiVersion).includes("/")
    ? String(apiVersion).split("/")
    : ["core", String(apiVersion)];
  const name = `io.k8s.api.${group.split(".")[0]}.${version}.${kind}`;
  assert.ok(types.has(name), `${name} is no type of the API`);
  return name;
}

function fieldProblems(types: ReadonlyMap<string, TypeFacts>, type: string, value: unknown, path = ""): string[] {
  const fields = types.get(type);
  if (fields === undefined || !isJsonObject(value)) return [];
  const missing = [...fields].flatMap(([name, { isRequired }]) =>
    isRequired && !(name in value) ? [`${path}.${name} is required`] : [],
  );
  const others = Object.entries(value).flatMap(([name, inner]) => {
    const facts = fields.get(name);
    if (facts === undefined) return [`${path}.${name} does not exist`];
    const element = facts.type.replace(/^\[\]|^map\[string\]/, "");
    const values =
      element === facts.type ? [inner] : isJsonObject(inner) || Array.isArray(inner) ? Object.values(inner) : [];
    return values.flatMap((one, i) =>
      fieldProblems(types, element, one, `${path}.${name}${values.length > 1 ? `[${i}]` : ""}`),
    );
  });
  return [...missing, ...others];
}

function ruleProblems(resources: readonly Readonly<Record<string, string>>[], { kind, rules }: JsonObject): string[] {
  if ((kind !== "ClusterRole" && kind !== "Role") || !Array.isArray(rules)) return [];
  return rules.filter(isJsonObject).flatMap(({ apiGroups, resources: names, verbs }) =>
    texts(names).flatMap((name) => {
      const [plural, subresource] = name.split("/");
      const found = resources.find(
        ({ group = "", ...one }) => texts(apiGroups).includes(group === "core" ? "" : group) && one.plural === plural,
      );
      // `status(Ingress:get/patch/update),scale(…)`
      const told = subresource && new RegExp(`\\b${subresource}\\([^:)]*:([^)]*)\\)`).exec(found?.subresources ?? "");
      if (found === undefined || told === null) return [`there is no resource ${name} in ${texts(apiGroups)}`];
      const known = told ? (told[1] ?? "").split("/") : (found.verbs ?? "").split(",");
      return texts(verbs).flatMap((verb) => (known.includes(verb) ? [] : [`${name} has no verb ${verb}`]));
    }),
  );
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

test("a cluster of ours lets its own ingress controller do what the manifest's role says, and no more", () => {
  const documents = parseAllDocuments(readFileSync(join(root, "ingress/portolan-ingress.yaml"), "utf8"));
  const objects = documents.map((one): unknown => one.toJS()).filter(isJsonObject);
  const said = (wanted: string) => objects.find(({ kind }) => kind === wanted)?.rules;
  assert.deepEqual(said("ClusterRole"), ingressRules);
  assert.deepEqual(said("Role"), ingressPlaceRules);
});
