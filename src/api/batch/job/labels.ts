/** How pods of a Job are known: today, and before Kubernetes 1.27. Source: JobNameLabel, ControllerUidLabel in k8s.io/api/batch/v1. */
export const jobNameLabel = "batch.kubernetes.io/job-name";
export const controllerUidLabel = "batch.kubernetes.io/controller-uid";
export const oldJobNameLabel = "job-name";
export const oldControllerUidLabel = "controller-uid";
