/**
 * Something went wrong in a scheduling cycle that is no rejection: a plugin answered Error, or an extender failed. The cycle ends with
 * it, and the pod is tried again after its back-off. The message is kube-scheduler's.
 */
export class CycleFailure extends Error {
  override readonly name: string = "CycleFailure";
}
