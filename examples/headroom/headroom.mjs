/**
 * A scheduler plugin: keeps part of every node free for important pods, and packs the others tightly.
 *
 * Arguments: reserveMillicores, what has to stay free on a node (default 500); fromPriority, the least priority of the pods that may
 * use it (default 1000).
 *
 * @type {import("kubewarp").CustomPluginFactory<{ reserveMillicores?: number, fromPriority?: number }>}
 */
export default function headroom({ reserveMillicores = 500, fromPriority = 1000 }, handle) {
  /** Millicores that would be left on the node beside the pod. */
  const left = (pod, node) => handle.allocatable(node, "cpu") - handle.requested(node, "cpu") - handle.request(pod, "cpu");

  return {
    filter(_state, pod, node) {
      if (pod.priority >= fromPriority || left(pod, node) >= reserveMillicores) return undefined;
      return "node(s) had to keep headroom for important pods";
    },

    /** The fuller, the better: 100 where nothing is left. */
    score(_state, pod, node) {
      const allocatable = handle.allocatable(node, "cpu");
      return allocatable === 0 ? 0 : Math.round(100 * (1 - Math.max(0, left(pod, node)) / allocatable));
    },

    /** Room is made by pods that end and by nodes that come: other events need not wake the pods that were rejected. */
    eventsToRegister() {
      return [
        { resource: "AssignedPod", actions: ["Delete"] },
        { resource: "Node", actions: ["Add", "UpdateNodeAllocatable"] },
      ];
    },
  };
}
