import { catalogueOf, type KindCatalogue } from "#machinery/catalogue.ts";
import type { AnyKind, NamedType } from "#machinery/kind.ts";
import type { AnyReview } from "#machinery/review.ts";
import { controllerRevisions } from "./apps/controller-revision.ts";
import { daemonSets } from "./apps/daemon-set.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { selfSubjectReviews, selfSubjectReviewsV1beta1 } from "./authentication/self-subject-review.ts";
import { TokenRequest } from "./authentication/token-request.ts";
import { tokenReviews } from "./authentication/token-review.ts";
import { localSubjectAccessReviews } from "./authorization/local-subject-access-review.ts";
import { selfSubjectAccessReviews } from "./authorization/self-subject-access-review.ts";
import { selfSubjectRulesReviews } from "./authorization/self-subject-rules-review.ts";
import { subjectAccessReviews } from "./authorization/subject-access-review.ts";
import { horizontalPodAutoscalers } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { Scale } from "./autoscaling/scale.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { certificateSigningRequests } from "./certificates/certificate-signing-request.ts";
import { leases } from "./coordination/lease.ts";
import { Binding } from "./core/binding.ts";
import { configMaps } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { events } from "./core/event.ts";
import { limitRanges } from "./core/limit-range.ts";
import { namespaces } from "./core/namespace.ts";
import { nodes } from "./core/node.ts";
import { persistentVolumes } from "./core/persistent-volume.ts";
import { persistentVolumeClaims } from "./core/persistent-volume-claim.ts";
import { pods } from "./core/pod.ts";
import { podTemplates } from "./core/pod-template.ts";
import { replicationControllers } from "./core/replication-controller.ts";
import { resourceQuotas } from "./core/resource-quota.ts";
import { secrets } from "./core/secret.ts";
import { services } from "./core/service.ts";
import { serviceAccounts } from "./core/service-account.ts";
import { endpointSlices } from "./discovery/endpoint-slice.ts";
import { DeleteOptions } from "./meta/delete-options.ts";
import { ingresses } from "./networking/ingress.ts";
import { ingressClasses } from "./networking/ingress-class.ts";
import { ipAddresses } from "./networking/ip-address.ts";
import { networkPolicies } from "./networking/network-policy.ts";
import { serviceCidrs } from "./networking/service-cidr.ts";
import { runtimeClasses } from "./node/runtime-class.ts";
import { Eviction } from "./policy/eviction.ts";
import { podDisruptionBudgets } from "./policy/pod-disruption-budget.ts";
import { loadBalancerPools } from "./portolan/load-balancer-pool.ts";
import { shares } from "./portolan/share.ts";
import { clusterRoles } from "./rbac/cluster-role.ts";
import { clusterRoleBindings } from "./rbac/cluster-role-binding.ts";
import { roles } from "./rbac/role.ts";
import { roleBindings } from "./rbac/role-binding.ts";
import { priorityClasses } from "./scheduling/priority-class.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { csiNodes } from "./storage/csi-node.ts";
import { csiStorageCapacities } from "./storage/csi-storage-capacity.ts";
import { storageClasses } from "./storage/storage-class.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";
import { volumeAttributesClasses } from "./storage/volume-attributes-class.ts";

/** Every kind that is stored, in the order in which discovery names them. */
export const kinds: readonly AnyKind[] = [
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  resourceQuotas,
  pods,
  podTemplates,
  replicationControllers,
  secrets,
  serviceAccounts,
  services,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  horizontalPodAutoscalers,
  statefulSets,
  cronJobs,
  jobs,
  certificateSigningRequests,
  endpointSlices,
  leases,
  ingressClasses,
  ingresses,
  ipAddresses,
  networkPolicies,
  serviceCidrs,
  runtimeClasses,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  priorityClasses,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
  loadBalancerPools,
  shares,
];

/** Every kind that is asked and answered, and never stored. */
export const reviews: readonly AnyReview[] = [
  selfSubjectReviews,
  selfSubjectReviewsV1beta1,
  tokenReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
];

/** The kinds that are built in, in all their versions. */
export const builtIn: KindCatalogue = catalogueOf(kinds, reviews);

/** What a request may hold beside a stored kind: bodies of subresources, and options. */
export const bodyTypes: readonly NamedType[] = [
  { group: "", version: "v1", kind: "Binding", type: Binding },
  { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", type: TokenRequest },
  { group: "autoscaling", version: "v1", kind: "Scale", type: Scale },
  { group: "policy", version: "v1", kind: "Eviction", type: Eviction },
  { group: "", version: "v1", kind: "DeleteOptions", type: DeleteOptions },
];
