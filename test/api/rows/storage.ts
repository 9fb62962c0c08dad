import { runtimeClasses } from "#api/node/runtime-class.ts";
import { csiDrivers } from "#api/storage/csi-driver.ts";
import { csiNodes } from "#api/storage/csi-node.ts";
import { csiStorageCapacities } from "#api/storage/csi-storage-capacity.ts";
import { volumeAttachments } from "#api/storage/volume-attachment.ts";
import { volumeAttributesClasses } from "#api/storage/volume-attributes-class.ts";
import type { Row } from "./row.ts";

const driverColumns = "NAME ATTACHREQUIRED PODINFOONMOUNT STORAGECAPACITY TOKENREQUESTS REQUIRESREPUBLISH MODES AGE |";
const attached = { attacher: "disks.example.com", nodeName: "n1", source: { persistentVolumeName: "pv-1" } };

export const storageRows: readonly Row[] = [
  [csiDrivers, driverColumns, { spec: {} }, ["x", true, false, false, "<unset>", false, "Persistent", "5m"]],
  [
    csiDrivers,
    driverColumns,
    {
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        storageCapacity: true,
        tokenRequests: [{ audience: "vault" }, { audience: "" }],
        requiresRepublish: true,
        volumeLifecycleModes: ["Persistent", "Ephemeral"],
      },
    },
    ["x", false, true, true, "vault,", true, "Persistent,Ephemeral", "5m"],
  ],
  [csiNodes, "NAME DRIVERS AGE |", { spec: { drivers: [{ name: "a", nodeID: "1" }] } }, ["x", 1, "5m"]],
  [
    csiStorageCapacities,
    "NAME STORAGECLASSNAME CAPACITY |",
    { storageClassName: "fast", capacity: "1024Mi" },
    ["x", "fast", "1Gi"],
  ],
  [csiStorageCapacities, "NAME STORAGECLASSNAME CAPACITY |", { storageClassName: "fast" }, ["x", "fast", "<unset>"]],
  [
    volumeAttachments,
    "NAME ATTACHER PV NODE ATTACHED AGE |",
    { spec: attached, status: { attached: true } },
    ["x", "disks.example.com", "pv-1", "n1", true, "5m"],
  ],
  [
    volumeAttributesClasses,
    "NAME DRIVERNAME AGE |",
    { driverName: "disks.example.com" },
    ["x", "disks.example.com", "5m"],
  ],
  [runtimeClasses, "NAME HANDLER AGE |", { handler: "kata" }, ["x", "kata", "5m"]],
];
