/** kubectl label and annotate: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_label/ */
import type { Labels } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { withMetadata } from "./pod-template.js";
import { FIELD_SELECTOR_FLAG, forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { displayNameOf, KubectlError } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import type { Word } from "./words.js";

function isChange({ text }: Word, index: number): boolean {
  return /^[^=]+=/.test(text) || (index > 0 && text.endsWith("-"));
}

function metadataVerb(
  name: "label" | "annotate",
  field: "labels" | "annotations",
  done: { set: string; removed: string; nothing: string },
): Verb {
  return {
    name,
    flags: [...SELECTION_FLAGS, FIELD_SELECTOR_FLAG, flag("overwrite", "boolean"), flag("resource-version", "text")],
    prepare(given, context) {
      const changes = given.positional.filter(isChange);
      const selection = parseSelection(
        given,
        context,
        given.positional.filter((word, index) => !isChange(word, index)),
      );
      if (changes.length === 0)
        throw new UsageError(`at least one ${name === "label" ? "label" : "annotation"} update is required, such as tier=cache or tier-`);
      const set = changes
        .filter(({ text }) => text.includes("="))
        .map(({ text }): [string, string] => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
      const removed = changes.filter(({ text }) => !text.includes("=")).map(({ text }) => text.slice(0, -1));
      return (session) =>
        forEachObject(session, selection, function* (object) {
          const before: Labels = object.metadata[field] ?? {};
          if (!given.isSet("overwrite")) {
            for (const [key, value] of set) {
              if (before[key] !== undefined && before[key] !== value)
                throw new KubectlError(`error: '${key}' already has a value (${before[key]}), and --overwrite is false`);
            }
          }
          const edit = (current: Labels): Labels =>
            Object.fromEntries([...Object.entries(current).filter(([key]) => !removed.includes(key)), ...set]);
          const isSame = set.every(([key, value]) => before[key] === value) && removed.every((key) => before[key] === undefined);
          for (const key of removed) if (before[key] === undefined) session.warn(`${name} "${key}" not found.`);
          if (!isSame) yield* session.change(object, (stored) => withMetadata(stored, { [field]: edit(stored.metadata[field] ?? {}) }));
          session.print(`${displayNameOf(object)} ${isSame ? done.nothing : set.length > 0 ? done.set : done.removed}`);
        });
    },
  };
}

export const label = metadataVerb("label", "labels", { set: "labeled", removed: "unlabeled", nothing: "not labeled" });
export const annotate = metadataVerb("annotate", "annotations", { set: "annotated", removed: "annotated", nothing: "annotated" });
