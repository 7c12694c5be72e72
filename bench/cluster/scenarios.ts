/** The two scenarios whose duration the project watches. */
import { scenarioBenchmark } from "./scenario-run.js";

export const thousands = scenarioBenchmark({
  name: "thousands",
  description: "500 nodes, 5,000 pods in 40 deployments, a zone outage: from the file to CSV",
  file: "scenarios/thousands.yaml",
});

export const openb = scenarioBenchmark({
  name: "openb",
  description: "1,523 nodes and 8,152 pods of a production trace through the whole control plane",
  file: "scenarios/openb.yaml",
  folders: { openb: "../shared/data/openb" },
});
