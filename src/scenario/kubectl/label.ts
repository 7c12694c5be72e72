/** kubectl label and annotate: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_label/ */
import { labelValue } from "../../api/validation/names.js";
import type { Labels } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { withMetadata } from "./pod-template.js";
import { forEachObject, parseSelection, type Selection } from "./selection.js";
import { ALL_FLAG, EVERYWHERE_FLAG, FIELD_SELECTOR_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import type { AnyObject, KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import type { Word } from "./words.js";

/** KEY=VALUE sets, KEY- removes. Source: kubectl/pkg/cmd/util/helpers.go GetResourcesAndPairs */
function isChange({ text }: Word): boolean {
  return /^[^=]+=/.test(text) || (text.endsWith("-") && text !== "-");
}

function metadataVerb(
  name: "label" | "annotate",
  field: "labels" | "annotations",
  done: { set: string; removed: string; nothing: string },
): Verb {
  const what = name === "label" ? "label" : "annotation";
  return {
    name,
    flags: [
      ...OBJECT_FILE_FLAGS,
      ALL_FLAG,
      EVERYWHERE_FLAG,
      SELECTOR_FLAG,
      LOCAL_FLAG,
      ...OUTCOME_FLAGS,
      FIELD_SELECTOR_FLAG,
      flag("list", "boolean"),
      flag("overwrite", "boolean"),
      flag("resource-version", "text"),
    ],
    prepare(given, context) {
      const outcome = new Outcome(given);
      const { positional } = given;
      const firstChange = positional.findIndex(isChange);
      const stray = firstChange < 0 ? undefined : positional.slice(firstChange).find((word) => !isChange(word));
      if (stray !== undefined) throw new UsageError(`all resources must be specified before ${what} changes: ${stray.text}`, stray.offset);
      const changes = firstChange < 0 ? [] : positional.slice(firstChange);
      const resources = positional.filter((word) => !isChange(word));
      const lists = given.isSet("list");
      if (lists && given.has("output")) throw new UsageError("--list and --output may not be specified together");
      if (resources.length === 0 && !given.has("filename"))
        throw new UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>");
      if (changes.length === 0 && !lists)
        throw new UsageError(`at least one ${what} update is required`, undefined, { hint: "such as tier=cache or tier-" });
      const selection = parseSelection(given, context, resources);
      const set = changes
        .filter(({ text }) => text.includes("="))
        .map(({ text }): [string, string] => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
      const removed = changes.filter(({ text }) => !text.includes("=")).map(({ text }) => text.slice(0, -1));
      if (name === "label") for (const { text, offset } of changes) refuseOddLabel(text, offset);
      const both = removed.filter((key) => set.some(([other]) => other === key));
      if (both.length > 0) {
        const which = name === "label" ? "a label" : "the following annotation(s)";
        throw new UsageError(
          `can not both modify and remove ${which} in the same command${name === "label" ? "" : `: ${both.join(", ")}`}`,
        );
      }
      const edit = (current: Labels = {}): Labels =>
        Object.fromEntries([...Object.entries(current).filter(([key]) => !removed.includes(key)), ...set]);
      return (session) =>
        forEachObject(session, selection, function* (object) {
          const before: Labels = object.metadata[field] ?? {};
          const overwritten = given.isSet("overwrite")
            ? []
            : set.filter(
                ([key, value]) => before[key] !== undefined && (name === "annotate" || before[key] !== value) && key !== CHANGE_CAUSE,
              );
          if (overwritten.length > 0)
            throw new KubectlError(
              overwriteProblem(
                name,
                overwritten.map(([key]) => [key, before[key]]),
              ),
            );
          if (lists) {
            listPairs(session, object, edit(before), what, selection);
            return;
          }
          const isSame = set.every(([key, value]) => before[key] === value) && removed.every((key) => before[key] === undefined);
          if (!outcome.isLocal && name === "label")
            for (const key of removed) if (before[key] === undefined) session.print(`${what} "${key}" not found.`);
          const text = isSame ? done.nothing : set.length > 0 ? done.set : done.removed;
          if (isSame) outcome.tell(session, object, text);
          else yield* outcome.change(session, object, (stored) => withMetadata(stored, { [field]: edit(stored.metadata[field]) }), text);
        });
    },
  };
}

/** Source: kubectl/pkg/cmd/label/label.go parseLabels; keys are left to the API server. @throws UsageError */
function refuseOddLabel(text: string, offset: number): void {
  if (!text.includes("=")) return;
  const [, value, more] = text.split("=");
  if (more !== undefined) throw new UsageError(`invalid label spec: ${text}`, offset);
  const problems = labelValue(value);
  if (problems.length > 0) throw new UsageError(`invalid label value: ${JSON.stringify(text)}: ${problems.join(";")}`, offset);
}

/** An annotation that anybody may write anew. */
const CHANGE_CAUSE = "kubernetes.io/change-cause";

/** Source: kubectl/pkg/cmd/label/label.go validateNoOverwrites, kubectl/pkg/cmd/annotate/annotate.go validateNoAnnotationOverwrites */
function overwriteProblem(name: "label" | "annotate", present: readonly (readonly [key: string, value: string])[]): string {
  const texts = present.map(([key, value]) => `'${key}' already has a value (${value})`);
  if (name === "label") return texts.map((text) => `${text}, and --overwrite is false`).join("\n");
  return `--overwrite is false but found the following declared annotation(s): ${texts.join("; ")}`;
}

/** Several objects are told apart by a title each. */
function listPairs(
  session: KubectlSession,
  { kind, apiVersion, metadata }: AnyObject,
  pairs: Labels,
  what: string,
  { named }: Selection,
): void {
  const isOne = named.length === 1;
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  if (!isOne) session.print(`Listing ${what}s for ${kind}.${group}/${metadata.name}:`);
  for (const key of Object.keys(pairs).sort()) session.print(`${isOne ? "" : " "}${key}=${pairs[key]}`);
}

export const label = metadataVerb("label", "labels", { set: "labeled", removed: "unlabeled", nothing: "not labeled" });
export const annotate = metadataVerb("annotate", "annotations", { set: "annotated", removed: "annotated", nothing: "annotated" });
