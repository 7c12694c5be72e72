/**
 * A scheduler plugin that keeps whole groups of GPUs together: pods with GPUs go where the fewest are left over, pods without go where
 * there are none, or few left.
 *
 * Argument: resource, the name of the GPUs (default nvidia.com/gpu).
 *
 * @type {import("kubewarp").CustomPluginFactory<{ resource?: string }>}
 */
export default function gpuPacking({ resource = "nvidia.com/gpu" }, handle) {
  return {
    /** GPUs that would be left free. */
    score(_state, pod, node) {
      return handle.allocatable(node, resource) - handle.requested(node, resource) - handle.request(pod, resource);
    },

    /** The fewer, the better: 100 where none is left, 0 where the most are. */
    normalizeScore(_state, _pod, scores) {
      const most = Math.max(...scores.map(({ score }) => score));
      for (const entry of scores) entry.score = most === 0 ? 100 : Math.round(100 * (1 - entry.score / most));
    },
  };
}
