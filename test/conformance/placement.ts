/** Golden kind `placement`: whole workloads placed by kube-scheduler, decision by decision. */
import { basename } from "node:path";
import { Placement, type Decision } from "../../bench/scheduler/placement.js";
import { readWorkload } from "../../bench/scheduler/workload.js";
import { readLines, type PlacementCase } from "./cases.js";

export const kind = "placement";

/** decisions-N.jsonl was made with percentageOfNodesToScore N, decisions.jsonl with adaptive sampling. */
function percentageOf(file: string): number {
  return Number(/^decisions-(\d+)\./.exec(basename(file))?.[1] ?? 0);
}

export function check(testCase: PlacementCase): string[] {
  const expected = readLines(testCase.decisions) as Decision[];
  const placement = new Placement(readWorkload(testCase.folder, expected.length), {
    percentageOfNodesToScore: percentageOf(testCase.decisions),
  });
  const differences: string[] = [];
  let at = 0;
  placement.run((decision) => {
    const [want, got] = [text(expected[at]), text(decision)];
    if (want !== got) differences.push(`pod ${at}: expected ${want}, got ${got}`);
    at++;
  });
  if (at !== expected.length) differences.push(`${at} decisions, expected ${expected.length}`);
  return differences;
}

function text({ pod, node, evaluated, feasible }: Decision): string {
  return JSON.stringify({ pod, node, evaluated, feasible });
}
