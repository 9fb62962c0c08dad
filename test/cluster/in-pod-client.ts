/**
 * A program in a pod, with the client that Kubernetes has for Node: says what it was answered, a line each, and ends with the first event
 * of its watch.
 */
import { ApiException, CoreV1Api, KubeConfig, Watch } from "@kubernetes/client-node";

const config = new KubeConfig();
config.loadFromCluster();
const core = config.makeApiClient(CoreV1Api);
const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? "";

const refusal = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "allowed",
    (fault: unknown) => {
      if (!(fault instanceof ApiException)) throw fault;
      return `${fault.code} ${JSON.parse(fault.body).message}`;
    },
  );

const { items, metadata } = await core.listNamespacedPod({ namespace });
console.log(`pods ${items.map((pod) => pod.metadata?.name).join(" ")}`);
const settings = await core.readNamespacedConfigMap({ namespace, name: "settings" });
const body = { ...settings, data: { colour: "green" } };
const written = await core.replaceNamespacedConfigMap({ namespace, name: "settings", body });
console.log(`settings ${written.data?.colour}`);
console.log(`another ${await refusal(core.readNamespacedConfigMap({ namespace, name: "another" }))}`);
console.log(`deletion ${await refusal(core.deleteNamespacedPod({ namespace, name: "caller" }))}`);
console.log(`elsewhere ${await refusal(core.listNamespacedPod({ namespace: "default" }))}`);
const query = { resourceVersion: metadata?.resourceVersion ?? "" };
const ended = Promise.withResolvers<void>();
const watching = await new Watch(config).watch(
  `/api/v1/namespaces/${namespace}/pods`,
  query,
  (type, pod) => {
    if (pod.metadata?.labels?.seen !== "yes") return;
    console.log(`event ${type} ${pod.metadata.name}`);
    watching.abort();
  },
  () => ended.resolve(),
);
console.log("watching");
await ended.promise;
