/** Random pods that come and go while the rest of the scenario happens. */
import type { Workload } from "../../src/scenario/schema/workload.js";
import type { Draw } from "./draw.js";

export function randomArrivals(draw: Draw): Workload {
  return {
    name: "batch",
    start: draw.seconds(0, 60),
    arrivals: { interarrival: { exponential: { mean: draw.seconds(2, 20) } }, until: draw.seconds(60, 300) },
    ...draw.maybe(0.7, () => ({ runDuration: { exponential: { mean: draw.seconds(5, 60) } } })),
    ...draw.maybe(0.4, () => ({ lifetime: draw.seconds(5, 120) })),
    template: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { labels: { app: "batch" } },
      spec: {
        restartPolicy: draw.one(["Never", "OnFailure"]),
        ...draw.maybe(0.6, () => ({ priorityClassName: draw.one(["low", "high"]) })),
        terminationGracePeriodSeconds: draw.one([0, 5, 30]),
        containers: [
          { name: "work", image: "work:1.0", resources: { requests: { cpu: `${draw.one([100, 500, 1500])}m`, memory: "64Mi" } } },
        ],
      },
    },
  };
}
