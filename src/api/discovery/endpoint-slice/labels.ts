/** Names the Service of a slice, in the slice's namespace. Source: kubernetes.io well-known labels, as for the others. */
export const serviceNameLabel = "kubernetes.io/service-name";
/** Names the controller that writes the slice. */
export const managedByLabel = "endpointslice.kubernetes.io/managed-by";
/** "true" on Endpoints that no slice must be made of. */
export const skipMirrorLabel = "endpointslice.kubernetes.io/skip-mirror";
/** On a Service that wants no proxying, and on all that is made of a Service without a cluster IP. */
export const headlessLabel = "service.kubernetes.io/headless";
