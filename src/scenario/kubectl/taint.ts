/** kubectl taint: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_taint/ */
import type { Node, Taint } from "../../api/types/node.js";
import { flag } from "./flags.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { withoutField } from "../without-field.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import type { Word } from "./words.js";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;
type Effect = (typeof EFFECTS)[number];

type Change = { readonly set: Taint } | { readonly removed: { readonly key: string; readonly effect?: Effect } };

function isChange({ text }: Word): boolean {
  return text.includes(":") || text.endsWith("-") || text.includes("=");
}

/** KEY=VALUE:EFFECT, KEY:EFFECT, KEY:EFFECT-, KEY-. */
function parseChange(word: Word): Change {
  const parts = /^([^=:]+?)(?:=([^:]*))?(?::([A-Za-z]+))?(-)?$/.exec(word.text);
  const effect = parts?.[3];
  if (parts === null || (effect === undefined && parts[4] === undefined))
    throw new UsageError(`invalid taint spec: ${word.text}`, word.offset, { hint: "must be KEY=VALUE:EFFECT, KEY:EFFECT or KEY-" });
  if (effect !== undefined && !(EFFECTS as readonly string[]).includes(effect)) {
    throw new UsageError(`invalid taint effect: ${effect}, unsupported taint effect`, word.offset, {
      hint: `must be ${EFFECTS.join(", ")}`,
    });
  }
  const [, key, value] = parts;
  if (parts[4] !== undefined) return { removed: { key, ...(effect !== undefined && { effect: effect as Effect }) } };
  return { set: { key, ...(value !== undefined && value !== "" && { value }), effect: effect as Effect } };
}

export const taint: Verb = {
  name: "taint",
  flags: [ALL_FLAG, SELECTOR_FLAG, ...OUTCOME_FLAGS, flag("overwrite", "boolean")],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const changes = given.positional.filter(isChange).map(parseChange);
    const repeated = repeatedTaint(changes);
    if (repeated !== undefined) throw new UsageError(`duplicated taints with the same key and effect: ${repeated}`);
    if (changes.length === 0)
      throw new UsageError("at least one taint update is required", undefined, { hint: "such as dedicated=gpu:NoSchedule" });
    const selection = parseSelection(
      given,
      context,
      given.positional.filter((word) => !isChange(word)),
    );
    if ([...selection.kinds, ...selection.named.map(({ info }) => info)].some((info) => info.kind !== "Node"))
      throw new UsageError("invalid resource type, only node is supported");
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const node = object as Node;
        checkChanges(node, changes, given.isSet("overwrite"));
        yield* outcome.change(session, node, (stored) => withTaints(stored as Node, changes), doneWith(changes, given.isSet("overwrite")));
      });
  },
};

/** A taint that is set twice, as kubectl names it: parseTaints in kubectl/pkg/cmd/taint/utils.go. */
function repeatedTaint(changes: readonly Change[]): string | undefined {
  const seen = new Set<string>();
  for (const change of changes) {
    if (!("set" in change)) continue;
    const { key, value, effect } = change.set;
    const identity = `${key}:${effect}`;
    if (seen.has(identity)) return `{${key} ${value ?? ""} ${effect} <nil>}`;
    seen.add(identity);
  }
  return undefined;
}

function doneWith(changes: readonly Change[], overwrite: boolean): string {
  const sets = changes.some((change) => "set" in change);
  if (overwrite || (sets && changes.some((change) => "removed" in change))) return "modified";
  return sets ? "tainted" : "untainted";
}

function checkChanges(node: Node, changes: readonly Change[], overwrite: boolean): void {
  const taints = node.spec.taints ?? [];
  for (const change of changes) {
    if ("set" in change) {
      const same = taints.some(({ key, effect }) => key === change.set.key && effect === change.set.effect);
      if (same && !overwrite)
        throw new KubectlError(
          `node ${node.metadata.name} already has ${change.set.key} taint(s) with same effect(s) and --overwrite is false`,
        );
    } else if (!taints.some((one) => isRemoved(one, change.removed))) {
      const { key, effect } = change.removed;
      throw new KubectlError(`taint "${key}${effect === undefined ? "" : `:${effect}`}" not found`);
    }
  }
}

function isRemoved(one: Taint, removed: { readonly key: string; readonly effect?: Effect }): boolean {
  return one.key === removed.key && (removed.effect === undefined || one.effect === removed.effect);
}

function withTaints(node: Node, changes: readonly Change[]): Node {
  let taints = [...(node.spec.taints ?? [])];
  for (const change of changes) {
    if ("set" in change)
      taints = [...taints.filter(({ key, effect }) => key !== change.set.key || effect !== change.set.effect), change.set];
    else taints = taints.filter((one) => !isRemoved(one, change.removed));
  }
  return { ...node, spec: taints.length === 0 ? withoutField(node.spec, "taints") : { ...node.spec, taints } };
}
