import assert from "node:assert/strict";
import test from "node:test";
import { parse } from "yaml";
import { serve } from "./served.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const autoscalers = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
const yaml = { accept: "application/yaml" };

const paths = [
  `${configMaps}/a`,
  configMaps,
  `${configMaps}?limit=1`,
  "/api/v1/namespaces/default/pods",
  autoscalers,
  `${autoscalers}/h`,
  `${configMaps}/absent`,
];
for (const path of paths)
  for (const as of ["", ";as=Table;v=v1;g=meta.k8s.io", ";as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"])
    test(`YAML says what JSON says: ${path}${as}`, async () => {
      await using served = await serve({ now: () => Date.UTC(2026, 0, 1) });
      for (const name of ["a", "b"])
        await served.send("POST", configMaps, { body: { metadata: { name }, data: { text: "one\ntwo\n", no: "no" } } });
      const spec = { maxReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "d" } };
      await served.send("POST", autoscalers, { body: { metadata: { name: "h" }, spec } });
      const json = await served.send("GET", path, { headers: { accept: `application/json${as}` } });
      const told = await served.send("GET", path, { headers: { accept: `application/yaml${as}` } });
      assert.equal(told.headers["content-type"], "application/yaml");
      assert.equal(told.status, json.status);
      const continued = /continue: .*/;
      assert.deepEqual(
        parse(told.text.replace(continued, ""), { version: "1.1" }),
        parse(json.text.replace(/"continue":"[^"]*",?/, "")),
      );
    });

test("what was read as YAML can be sent back as such", async () => {
  await using served = await serve();
  await served.send("POST", configMaps, { body: { metadata: { name: "a" }, data: { text: "one\n\n two" } } });
  const read = await served.send("GET", `${configMaps}/a`, { headers: yaml });
  const written = await served.send("PUT", `${configMaps}/a`, {
    body: read.text.replace("two", "three"),
    headers: { "content-type": "application/yaml", ...yaml },
  });
  assert.equal(written.status, 200, written.text);
  assert.equal(parse(written.text).data.text, "one\n\n three");
});

test("a watch has no YAML, and says what it has", async () => {
  await using served = await serve();
  const told = await served.send("GET", `${configMaps}?watch=1`, { headers: yaml });
  assert.equal(told.status, 406);
  assert.equal(
    parse(told.text).message,
    "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
  );
});
