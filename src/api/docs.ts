import type { Docs } from "#machinery/openapi/docs.ts";
import { daemonSetDocs } from "./apps/daemon-set.docs.ts";
import { statefulSetDocs } from "./apps/stateful-set.docs.ts";
import { workloadDocs } from "./apps/workload.docs.ts";
import { authenticationDocs } from "./authentication/authentication.docs.ts";
import { tokenRequestDocs } from "./authentication/token-request.docs.ts";
import { authorizationDocs } from "./authorization/authorization.docs.ts";
import { horizontalPodAutoscalerDocs } from "./autoscaling/horizontal-pod-autoscaler.docs.ts";
import { scaleDocs } from "./autoscaling/scale.docs.ts";
import { batchDocs } from "./batch/batch.docs.ts";
import { certificateSigningRequestDocs } from "./certificates/certificate-signing-request.docs.ts";
import { leaseDocs } from "./coordination/lease.docs.ts";
import { bindingDocs } from "./core/binding.docs.ts";
import { entryDocs } from "./core/config-map.docs.ts";
import { endpointsDocs } from "./core/endpoints.docs.ts";
import { eventsV1Docs } from "./core/event/events-v1.docs.ts";
import { eventDocs } from "./core/event.docs.ts";
import { limitDocs } from "./core/limits.docs.ts";
import { namespaceDocs } from "./core/namespace.docs.ts";
import { nodeStatusDocs } from "./core/node/status.docs.ts";
import { nodeDocs } from "./core/node.docs.ts";
import { persistentVolumeDocs } from "./core/persistent-volume.docs.ts";
import { persistentVolumeClaimDocs } from "./core/persistent-volume-claim.docs.ts";
import { containerDocs } from "./core/pod/container.docs.ts";
import { envDocs } from "./core/pod/env.docs.ts";
import { probeDocs } from "./core/pod/probe.docs.ts";
import { schedulingDocs } from "./core/pod/scheduling.docs.ts";
import { securityDocs } from "./core/pod/security.docs.ts";
import { podStatusDocs } from "./core/pod/status.docs.ts";
import { storageVolumeDocs } from "./core/pod/storage-volumes.docs.ts";
import { volumeDocs } from "./core/pod/volumes.docs.ts";
import { podDocs } from "./core/pod.docs.ts";
import { referenceDocs } from "./core/references.docs.ts";
import { replicationControllerDocs } from "./core/replication-controller.docs.ts";
import { serviceDocs } from "./core/service.docs.ts";
import { serviceAccountDocs } from "./core/service-account.docs.ts";
import { endpointSliceDocs } from "./discovery/endpoint-slice.docs.ts";
import { conditionTypeDocs } from "./meta/condition.docs.ts";
import { deleteOptionsDocs } from "./meta/delete-options.docs.ts";
import { metaDocs } from "./meta/object-meta.docs.ts";
import { ingressDocs } from "./networking/ingress.docs.ts";
import { networkingDocs } from "./networking/networking.docs.ts";
import { runtimeClassDocs } from "./node/runtime-class.docs.ts";
import { podDisruptionBudgetDocs } from "./policy/pod-disruption-budget.docs.ts";
import { loadBalancerPoolDocs } from "./portolan/load-balancer-pool.docs.ts";
import { shareDocs } from "./portolan/share.docs.ts";
import { rbacDocs } from "./rbac/rbac.docs.ts";
import { priorityClassDocs } from "./scheduling/priority-class.docs.ts";
import { csiDocs } from "./storage/csi.docs.ts";
import { storageClassDocs } from "./storage/storage-class.docs.ts";

/** The prose of the kinds, by type name. Imported only when somebody asks for OpenAPI. */
export const docs: Docs = new Map([
  ...metaDocs,
  ...deleteOptionsDocs,
  ...conditionTypeDocs,
  ...serviceAccountDocs,
  ...tokenRequestDocs,
  ...referenceDocs,
  ...nodeStatusDocs,
  ...nodeDocs,
  ...namespaceDocs,
  ...eventDocs,
  ...endpointsDocs,
  ...entryDocs,
  ...bindingDocs,
  ...leaseDocs,
  ...scaleDocs,
  ...serviceDocs,
  ...endpointSliceDocs,
  ...eventsV1Docs,
  ...podDocs,
  ...containerDocs,
  ...envDocs,
  ...probeDocs,
  ...schedulingDocs,
  ...securityDocs,
  ...podStatusDocs,
  ...storageVolumeDocs,
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
  ...csiDocs,
  ...runtimeClassDocs,
  ...rbacDocs,
  ...authenticationDocs,
  ...authorizationDocs,
  ...priorityClassDocs,
  ...loadBalancerPoolDocs,
  ...shareDocs,
]);
