/** kubectl taint: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_taint/ */
import { labelValue, qualifiedName } from "../../api/validation/names.js";
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

/** KEY=VALUE:EFFECT, KEY:EFFECT, KEY:EFFECT-, KEY-. Source: kubectl/pkg/cmd/taint/utils.go parseTaint. @throws UsageError */
function parseChange({ text, offset }: Word): Change {
  const isRemoval = text.endsWith("-");
  const spec = isRemoval ? text.slice(0, -1) : text;
  const wrong = (why: readonly string[] = []) => {
    const said = `invalid taint spec: ${spec}${why.length === 0 ? "" : `, ${why.join("; ")}`}`;
    return new UsageError(said, offset, { hint: "must be KEY=VALUE:EFFECT, KEY:EFFECT or KEY-" });
  };
  const [pair, effect, more] = spec.split(":") as [string, string | undefined, string | undefined];
  if (more !== undefined) throw wrong();
  if (effect !== undefined && !(EFFECTS as readonly string[]).includes(effect))
    throw new UsageError(`invalid taint effect: ${effect}, unsupported taint effect`, offset, { hint: `must be ${EFFECTS.join(", ")}` });
  // Without an effect there is nothing but a key.
  const [key, value = "", third] = effect === undefined ? [pair] : pair.split("=");
  if (third !== undefined) throw wrong();
  const problems = [labelValue(value), qualifiedName(key)].find((some) => some.length > 0);
  if (problems !== undefined) throw wrong(problems);
  if (isRemoval) return { removed: { key, ...(effect !== undefined && { effect: effect as Effect }) } };
  if (effect === undefined) throw wrong();
  return { set: { key, ...(value !== "" && { value }), effect: effect as Effect } };
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
  const sets = changes.flatMap((change) => ("set" in change ? [change.set] : []));
  const present = sets.filter((one) => taints.some((taint) => isSame(taint, one))).map(({ key }) => key);
  if (present.length > 0 && !overwrite) {
    throw new KubectlError(
      `node ${node.metadata.name} already has ${present.join(",")} taint(s) with same effect(s) and --overwrite is false`,
    );
  }
  const missing = changes
    .flatMap((change) => ("removed" in change ? [change.removed] : []))
    .filter((removed) => ![...sets, ...taints].some((one) => isRemoved(one, removed)))
    .map(({ key, effect }) => `taint "${key}${effect === undefined ? "" : `:${effect}`}" not found`);
  if (missing.length > 0) throw new KubectlError(missing.length === 1 ? missing[0] : `[${missing.join(", ")}]`);
}

function isSame(one: Taint, other: Taint): boolean {
  return one.key === other.key && one.effect === other.effect;
}

function isRemoved(one: Taint, removed: { readonly key: string; readonly effect?: Effect }): boolean {
  return one.key === removed.key && (removed.effect === undefined || one.effect === removed.effect);
}

/** New ones stand before those that were there. Source: kubectl/pkg/cmd/taint/utils.go reorganizeTaints */
function withTaints(node: Node, changes: readonly Change[]): Node {
  const sets = changes.flatMap((change) => ("set" in change ? [change.set] : []));
  const kept = (node.spec.taints ?? []).filter((taint) => !sets.some((one) => isSame(one, taint)));
  const taints = [...sets, ...kept].filter((taint) => !changes.some((change) => "removed" in change && isRemoved(taint, change.removed)));
  return { ...node, spec: taints.length === 0 ? withoutField(node.spec, "taints") : { ...node.spec, taints } };
}
