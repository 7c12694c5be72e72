/**
 * Random scenarios for the invariants of a control plane: small clusters, workloads of every kind with random fields, and a
 * timeline of what administrators do and what breaks. Each is written as the file that a user would write, so that a
 * scenario that shows a mistake can be kept and run by itself.
 */
import { Document } from "yaml";
import { RandomStreams } from "../../src/engine/random.js";
import { SCENARIO_API_VERSION, type ScenarioFile } from "../../src/scenario/schema/scenario.js";
import { Draw } from "./draw.js";
import { randomCluster } from "./random-cluster.js";
import { randomArrivals } from "./random-arrivals.js";
import { randomStep } from "./random-timeline.js";
import { randomSurroundings, randomWorkload, type Manifest } from "./random-workloads.js";

const MOST_WORKLOADS = 6;
const MOST_STEPS = 10;
/** Something happens from when the first pods start until here, in seconds. */
const FIRST_STEP = 5;
const LAST_STEP = 480;
/** Then lost nodes are noticed (40 s), their pods evicted (5 min), and everything settles. Some runs end in the midst of it. */
const LONG_TAIL = 660;
const SHORT_TAIL = 90;

export interface RandomScenario {
  /** The whole file. */
  readonly text: string;
  readonly faults: number;
  readonly steps: number;
}

/** The same for the same seed and number. */
export function randomScenario(seed: number | string, number: number): RandomScenario {
  const draw = new Draw(new RandomStreams(seed, number).stream("fuzz/scenario"));
  const cluster = randomCluster(draw);
  const namespaces = draw.one([["default"], ["default", "team"]]);
  const workloads = draw.times(draw.between(1, MOST_WORKLOADS), (index) => randomWorkload(draw, index + 1, namespaces));
  const times = draw.times(draw.between(0, MOST_STEPS), () => draw.between(FIRST_STEP, LAST_STEP)).sort((a, b) => a - b);
  const timeline = times.map((time) => randomStep(draw, `${time}s`, cluster, workloads));
  const end = (times.at(-1) ?? 0) + (draw.chance(0.8) ? LONG_TAIL : SHORT_TAIL);
  const scenario: ScenarioFile = {
    apiVersion: SCENARIO_API_VERSION,
    kind: "Scenario",
    metadata: { name: `fuzz-${number}`, description: `Random scenario ${number} of seed ${seed}.` },
    duration: `${end}s`,
    seed: number,
    cluster: cluster.file,
    timeline,
    ...draw.maybe(0.3, () => ({ workloads: [randomArrivals(draw)] })),
  };
  const manifests: Manifest[] = [
    ...namespaces.filter((name) => name !== "default").map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ...randomSurroundings(draw, workloads, namespaces),
    ...workloads.map(({ manifest }) => manifest),
  ];
  const text = [scenario, ...manifests]
    .map((document) => new Document(document, { aliasDuplicateObjects: false }).toString())
    .join("---\n");
  return { text, steps: timeline.length, faults: timeline.filter((step) => "fault" in step).length };
}
