/** kubectl cordon and uncordon: https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration */
import { kindInfo } from "../../api/kinds.js";
import type { Node } from "../../api/types/node.js";
import { doneText, type DryRun, DRY_RUN_FLAG, dryRunOf } from "./outcome.js";
import { attempt, resolve, selectorOf, type Selection } from "./selection.js";
import { SELECTOR_FLAG } from "./selection-flags.js";
import { displayNameOf, type KubectlSession } from "./session.js";
import type { Script } from "./script.js";
import { withoutField } from "../without-field.js";
import { UsageError } from "./usage-error.js";
import type { Arguments } from "./flags.js";
import type { Verb } from "./verb.js";

const NODE = kindInfo("Node")!;

/** The nodes that a command names, or that -l selects. @throws UsageError */
export function parseNodes(given: Arguments, usage: string): Selection {
  const selector = given.text("selector");
  if (selector !== undefined && given.positional.length > 0)
    throw new UsageError("error: cannot specify both a node name and a --selector option", undefined, { pointer: "arguments" });
  if (selector !== undefined) return { named: [], kinds: [NODE], selector: selectorOf(selector) };
  if (given.positional.length === 0) throw new UsageError(`USAGE: ${usage} [flags]`, undefined, { pointer: "arguments" });
  return { named: given.positional.map(({ text }) => ({ info: NODE, namespace: "", name: text.replace(/^nodes?\//, "") })), kinds: [] };
}

/** Sets or takes away spec.unschedulable, and prints what kubectl prints. */
export function* setSchedulable(session: KubectlSession, node: Node, schedulable: boolean, dryRun: DryRun = "none"): Script<void> {
  const done = schedulable ? "uncordoned" : "cordoned";
  const print = (text: string) => session.print(`${displayNameOf(node)} ${doneText(text, dryRun)}`);
  if ((node.spec.unschedulable ?? false) === !schedulable) {
    print(`already ${done}`);
    return;
  }
  if (dryRun !== "client") {
    yield* session.change(node, (stored) => {
      const { spec } = stored as Node;
      return { ...stored, spec: schedulable ? withoutField(spec, "unschedulable") : { ...spec, unschedulable: true } } as Node;
    });
  }
  print(done);
}

function cordonVerb(name: "cordon" | "uncordon"): Verb {
  return {
    name,
    flags: [SELECTOR_FLAG, DRY_RUN_FLAG],
    prepare(given) {
      const dryRun = dryRunOf(given);
      const nodes = parseNodes(given, `${name} NODE`);
      return function* (session) {
        for (const node of yield* resolve(session, nodes))
          yield* attempt(session, setSchedulable(session, node as Node, name === "uncordon", dryRun));
      };
    },
  };
}

export const cordon = cordonVerb("cordon");
export const uncordon = cordonVerb("uncordon");
