"""What a program in Python does with a cluster. Prints what it saw, a line each, for the test beside it to read."""
import json
import sys
from datetime import timedelta

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
apps = client.AppsV1Api()
ns = "default"


def config_map(name, data):
    meta = client.V1ObjectMeta(name=name, labels={"set": "python"})
    return client.V1ConfigMap(api_version="v1", kind="ConfigMap", metadata=meta, data=data)


def refused(what, call):
    try:
        call()
    except ApiException as fault:
        print(what, fault.status, fault.reason)


def events(since):
    stream = watch.Watch().stream(
        core.list_namespaced_config_map, ns, label_selector="set=python", resource_version=since, timeout_seconds=1)
    return ["%s %s" % (event["type"], event["object"].metadata.name) for event in stream]


made = core.create_namespaced_config_map(ns, config_map("one", {"turn": "1"}))
print("made", made.metadata.name, made.metadata.creation_timestamp.utcoffset() == timedelta(0))
listed = core.list_namespaced_config_map(ns, label_selector="set=python")
print("listed", [item.metadata.name for item in listed.items])
since = listed.metadata.resource_version

made.data = {"turn": "2"}
print("replaced", core.replace_namespaced_config_map("one", ns, made).data)
refused("stale", lambda: core.replace_namespaced_config_map("one", ns, made))
refused("twice", lambda: core.create_namespaced_config_map(ns, config_map("one", {})))
refused("absent", lambda: core.read_namespaced_config_map("nope", ns))
print("patched", sorted(core.patch_namespaced_config_map("one", ns, {"data": {"more": "3"}}).data.items()))
json_patch = [{"op": "remove", "path": "/data/more"}]
print("patched by json", core.patch_namespaced_config_map("one", ns, json_patch).data)
core.create_namespaced_config_map(ns, config_map("two", {}))
pieces = core.list_namespaced_config_map(ns, label_selector="set=python", limit=1)
rest = core.list_namespaced_config_map(ns, label_selector="set=python", limit=1, _continue=pieces.metadata._continue)
print("in pieces", [item.metadata.name for item in pieces.items + rest.items])
print("deleted", core.delete_namespaced_config_map("one", ns).status)
print("watched", events(since))

dyn = dynamic.DynamicClient(client.ApiClient())
deployments = dyn.resources.get(api_version="apps/v1", kind="Deployment")
container = {"name": "one", "image": "portolan/echo"}
template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
web = {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
    "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template},
}
print("dynamic", deployments.create(body=web, namespace=ns).spec.replicas)
scale = {"metadata": {"name": "web"}, "spec": {"replicas": 3}}
print("dynamic patch", deployments.patch(body=scale, namespace=ns).spec.replicas)
applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "b"}}
maps = dyn.resources.get(api_version="v1", kind="ConfigMap")
# As text: of this release, the client sends objects only where the type's name ends in json.
owned = maps.server_side_apply(body=json.dumps(applied), name="applied", namespace=ns, field_manager="python")
print("applied", owned.metadata.managedFields[0].operation)
read = apps.read_namespaced_deployment("web", ns)
read.spec.replicas = 2
print("put back", apps.replace_namespaced_deployment("web", ns, read).spec.replicas)
print("dynamic delete", deployments.delete(name="web", namespace=ns).status)
