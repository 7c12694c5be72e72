import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SchedulerConfigurationError } from "../../../src/scheduler/configuration/configuration-error.js";
import {
  schedulerConfigurationFrom,
  schedulerConfigurationFromText,
} from "../../../src/scheduler/configuration/scheduler-configuration.js";

const HEAD = { apiVersion: "kubescheduler.config.k8s.io/v1", kind: "KubeSchedulerConfiguration" };

function mistakesIn(value: object): SchedulerConfigurationError {
  try {
    schedulerConfigurationFrom({ ...HEAD, ...value });
  } catch (error) {
    if (error instanceof SchedulerConfigurationError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("schedulerConfigurationFrom", () => {
  it("fills in kube-scheduler's defaults", () => {
    expect(schedulerConfigurationFrom(HEAD)).toMatchObject({
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      profiles: [{ schedulerName: "default-scheduler" }],
    });
  });

  it("finds every mistake of decoding, each at its field", () => {
    const { mistakes, stage } = mistakesIn({
      paralelism: 3,
      profiles: [{ plugin: {}, pluginConfig: [{ name: "InterPodAffinity", args: { weight: 1 } }] }],
    });
    expect(stage).toBe("decode");
    expect(mistakes).toEqual([
      { path: ["paralelism"], message: 'unknown field "paralelism"' },
      { path: ["profiles", 0, "plugin"], message: 'unknown field "profiles[0].plugin"' },
      { path: ["profiles", 0, "pluginConfig", 0, "args", "weight"], message: 'unknown field "weight"' },
    ]);
  });

  it("finds every mistake of the values, in kube-scheduler's order and words", () => {
    const { message, mistakes } = mistakesIn({ parallelism: 0, percentageOfNodesToScore: 101, podInitialBackoffSeconds: 20 });
    expect(message).toBe(
      "[parallelism: Invalid value: 0: should be an integer value greater than zero, percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100], podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds]",
    );
    expect(mistakes.map(({ path }) => path)).toEqual([["parallelism"], ["percentageOfNodesToScore"], ["podMaxBackoffSeconds"]]);
  });

  it("says where a plugin's arguments are to blame for a scheduler that does not start", () => {
    const args = { scoringStrategy: { type: "MostAllocated", resources: [{ name: "cpu", weight: 101 }] } };
    const { stage, mistakes } = mistakesIn({ profiles: [{ pluginConfig: [{ name: "NodeResourcesFit", args }] }] });
    expect(stage).toBe("start");
    expect(mistakes[0].path).toEqual(["profiles", 0, "pluginConfig", 0, "args", "scoringStrategy", "resources", 0, "weight"]);
  });

  it("refuses what multiPoint names and nobody has, at the first point that is gone through", () => {
    expect(mistakesIn({ profiles: [{ plugins: { multiPoint: { enabled: [{ name: "Coscheduling" }] } } }] }).message).toBe(
      'initializing profiles: creating profile for scheduler name default-scheduler: PreFilterPlugin "Coscheduling" does not exist',
    );
  });

  it("leaves a plugin of the user's own, whose arguments name a module, for later", () => {
    const profiles = [
      {
        plugins: { score: { enabled: [{ name: "Mine" }] } },
        pluginConfig: [{ name: "Mine", args: { modulePath: "./mine.mjs", anything: [1] } }],
      },
    ];
    expect(schedulerConfigurationFrom({ ...HEAD, profiles })).toMatchObject({ profiles });
  });

  it("never fails but with a mistake to show, whatever it is given", () => {
    const names = fc.constantFrom(
      "profiles",
      "plugins",
      "pluginConfig",
      "name",
      "args",
      "enabled",
      "disabled",
      "score",
      "weight",
      "parallelism",
      "leaderElection",
      "extenders",
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, true, -1, 3, "", "NodeResourcesFit", "*", "10s"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(names, tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 5 }), (given) => {
        try {
          schedulerConfigurationFrom({ ...HEAD, ...given });
        } catch (error) {
          expect(error).toBeInstanceOf(SchedulerConfigurationError);
          expect((error as SchedulerConfigurationError).mistakes.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("schedulerConfigurationFromText", () => {
  it("tells of a key given twice along with unknown ones", () => {
    const text = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nparallelism: 3\nparallelism: 4\nmore: 1\n";
    expect(() => schedulerConfigurationFromText(text)).toThrow(
      'strict decoding error: yaml: unmarshal errors:\n  line 4: key "parallelism" already set in map, unknown field "more"',
    );
  });
});
