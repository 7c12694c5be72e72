/** The decisions of the real kubelet, the real CronJob schedules and the real hashes on the golden cases. They are copied compressed, since a user has no other place to get them from. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findCases } from "../conformance/cases.js";
import * as admission from "../conformance/admission.js";
import * as backoff from "../conformance/backoff.js";
import * as cgroup from "../conformance/cgroup.js";
import * as cronJobSchedule from "../conformance/cronjob-schedule.js";
import * as eviction from "../conformance/eviction.js";
import * as hash from "../conformance/hash.js";
import * as images from "../conformance/images.js";
import * as nodeAllocatable from "../conformance/node-allocatable.js";
import * as podstatus from "../conformance/podstatus.js";
import * as probe from "../conformance/probe.js";
import * as qos from "../conformance/qos.js";
import * as termination from "../conformance/termination.js";

const GOLDEN = fileURLToPath(new URL("../conformance/golden/node", import.meta.url));
const CHECKERS = [admission, backoff, cgroup, cronJobSchedule, eviction, hash, images, nodeAllocatable, podstatus, probe, qos, termination];
const cases = [...findCases(GOLDEN)];

describe("golden cases of the node", () => {
  it("are there", () => expect(readdirSync(GOLDEN).length).toBeGreaterThan(0));

  for (const { kind, check } of CHECKERS) {
    it(`agree on ${kind}`, () => {
      const ofKind = cases.filter((testCase) => testCase.kind === kind);
      expect(ofKind.length).toBeGreaterThan(0);
      const failures = ofKind.flatMap(({ name, body }) => (check as (body: unknown) => string[])(body).map((line) => `${name}: ${line}`));
      expect(failures).toEqual([]);
    });
  }
});
