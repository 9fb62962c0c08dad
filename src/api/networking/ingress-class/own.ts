/** What this project's own ingress controller is called in `spec.controller`. */
export const ownController = "portolan.io/ingress";
/** The class that every cluster of ours has from the start. */
export const ownClass = "portolan";
