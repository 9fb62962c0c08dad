import type { Docs } from "#machinery/openapi/docs.ts";
import { daemonSetDocs } from "./apps/daemon-set.docs.ts";
import { statefulSetDocs } from "./apps/stateful-set.docs.ts";
import { workloadDocs } from "./apps/workload.docs.ts";
import { horizontalPodAutoscalerDocs } from "./autoscaling/horizontal-pod-autoscaler.docs.ts";
import { batchDocs } from "./batch/batch.docs.ts";
import { certificateSigningRequestDocs } from "./certificates/certificate-signing-request.docs.ts";
import { eventsV1Docs } from "./core/event/events-v1.docs.ts";
import { limitDocs } from "./core/limits.docs.ts";
import { persistentVolumeDocs } from "./core/persistent-volume.docs.ts";
import { persistentVolumeClaimDocs } from "./core/persistent-volume-claim.docs.ts";
import { containerDocs } from "./core/pod/container.docs.ts";
import { volumeDocs } from "./core/pod/volumes.docs.ts";
import { podDocs } from "./core/pod.docs.ts";
import { replicationControllerDocs } from "./core/replication-controller.docs.ts";
import { serviceDocs } from "./core/service.docs.ts";
import { endpointSliceDocs } from "./discovery/endpoint-slice.docs.ts";
import { metaDocs } from "./meta/object-meta.docs.ts";
import { ingressDocs } from "./networking/ingress.docs.ts";
import { networkingDocs } from "./networking/networking.docs.ts";
import { podDisruptionBudgetDocs } from "./policy/pod-disruption-budget.docs.ts";
import { loadBalancerPoolDocs } from "./portolan/load-balancer-pool.docs.ts";
import { rbacDocs } from "./rbac/rbac.docs.ts";
import { priorityClassDocs } from "./scheduling/priority-class.docs.ts";
import { storageClassDocs } from "./storage/storage-class.docs.ts";

/** The prose of the kinds, by type name. Imported only when somebody asks for OpenAPI. */
export const docs: Docs = new Map([
  ...metaDocs,
  ...serviceDocs,
  ...endpointSliceDocs,
  ...eventsV1Docs,
  ...podDocs,
  ...containerDocs,
  ...volumeDocs,
  ...workloadDocs,
  ...daemonSetDocs,
  ...statefulSetDocs,
  ...batchDocs,
  ...replicationControllerDocs,
  ...certificateSigningRequestDocs,
  ...ingressDocs,
  ...networkingDocs,
  ...podDisruptionBudgetDocs,
  ...persistentVolumeClaimDocs,
  ...persistentVolumeDocs,
  ...limitDocs,
  ...horizontalPodAutoscalerDocs,
  ...storageClassDocs,
  ...rbacDocs,
  ...priorityClassDocs,
  ...loadBalancerPoolDocs,
]);
