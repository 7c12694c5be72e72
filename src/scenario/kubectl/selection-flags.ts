/** Flags by which verbs find objects; each verb of kubectl takes some of them. Source: k8s.io/cli-runtime/pkg/genericclioptions/builder_flags.go */
import { flag, type Flag } from "./flags.js";

const NO_KUSTOMIZE = "kustomizations are not built; -f takes plain manifests";

/** Files, which every verb takes that changes or shows objects. */
export const OBJECT_FILE_FLAGS: readonly Flag[] = [
  flag("filename", "list", { short: "f" }),
  flag("recursive", "boolean", { short: "R" }),
  flag("kustomize", "text", { short: "k", refusal: NO_KUSTOMIZE }),
];

export const SELECTOR_FLAG: Flag = flag("selector", "text", { short: "l" });
export const ALL_FLAG: Flag = flag("all", "boolean");
export const EVERYWHERE_FLAG: Flag = flag("all-namespaces", "boolean", { short: "A" });

/** Of verbs that can select by fields. */
export const FIELD_SELECTOR_FLAG: Flag = flag("field-selector", "text");

/** Of verbs that can work on files alone, which change nothing in a cluster. */
export const LOCAL_FLAG: Flag = flag("local", "boolean", { refusal: "it works on files and changes no cluster; use --dry-run=client" });
