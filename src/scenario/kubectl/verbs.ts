/** All verbs by name, with kubectl's own aliases. */
import { apiResources, apiVersions } from "./api-resources.js";
import { authCanI } from "./auth-can-i.js";
import { authWhoami } from "./auth-whoami.js";
import { autoscale } from "./autoscale.js";
import { clusterInfo, version } from "./cluster-info.js";
import { cordon, uncordon } from "./cordon.js";
import { createFromFiles, createVerbs } from "./create.js";
import { deleteVerb } from "./delete.js";
import { describe } from "./describe.js";
import { diff } from "./diff.js";
import { drain } from "./drain.js";
import { events } from "./events.js";
import { exec } from "./exec.js";
import { explain } from "./explain.js";
import { expose } from "./expose.js";
import { get } from "./get.js";
import { annotate, label } from "./label.js";
import { apply } from "./apply.js";
import { patch } from "./patch.js";
import { rolloutPause, rolloutRestart, rolloutResume, rolloutStatus } from "./rollout.js";
import { rolloutHistory, rolloutUndo } from "./rollout-history.js";
import { replace } from "./replace.js";
import { run } from "./run.js";
import { scale } from "./scale.js";
import { setImage, setResources } from "./set.js";
import { setEnv } from "./set-env.js";
import { setSelector } from "./set-selector.js";
import { setServiceAccount } from "./set-service-account.js";
import { setSubject } from "./set-subject.js";
import { taint } from "./taint.js";
import { topNodes, topPods } from "./top.js";
import type { Verb } from "./verb.js";
import { viewLastApplied } from "./view-last-applied.js";
import { wait } from "./wait.js";

/** All verbs, each once. */
export const ALL_VERBS: readonly Verb[] = [
  run,
  createFromFiles,
  ...createVerbs,
  apply,
  viewLastApplied,
  diff,
  replace,
  patch,
  deleteVerb,
  get,
  describe,
  events,
  explain,
  topPods,
  topNodes,
  scale,
  autoscale,
  setImage,
  setResources,
  setEnv,
  setServiceAccount,
  setSelector,
  setSubject,
  rolloutStatus,
  rolloutHistory,
  rolloutUndo,
  rolloutPause,
  rolloutResume,
  rolloutRestart,
  expose,
  label,
  annotate,
  taint,
  cordon,
  uncordon,
  drain,
  exec,
  wait,
  authCanI,
  authWhoami,
  apiResources,
  apiVersions,
  clusterInfo,
  version,
];

const ALIASES: Readonly<Record<string, string>> = {
  "top pods": "top pod",
  "top po": "top pod",
  "top nodes": "top node",
  "top no": "top node",
  "create deploy": "create deployment",
  "create ns": "create namespace",
  "create resourcequota": "create quota",
  "create cj": "create cronjob",
  "create cm": "create configmap",
  "create sa": "create serviceaccount",
  "create svc clusterip": "create service clusterip",
  "create svc nodeport": "create service nodeport",
  "create svc loadbalancer": "create service loadbalancer",
  "create pdb": "create poddisruptionbudget",
  "create ing": "create ingress",
  "create svc externalname": "create service externalname",
  "create pc": "create priorityclass",
  "set sa": "set serviceaccount",
};

const BY_NAME = new Map(ALL_VERBS.map((verb): [string, Verb] => [verb.name, verb]));

/** Verbs by the words that name them, aliases included. */
export const VERBS: ReadonlyMap<string, Verb> = new Map([
  ...BY_NAME,
  ...Object.entries(ALIASES).map(([alias, name]): [string, Verb] => [alias, BY_NAME.get(name)!]),
]);
