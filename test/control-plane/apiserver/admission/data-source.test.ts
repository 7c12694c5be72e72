import { expect, it } from "vitest";
import type { PersistentVolumeClaim } from "../../../../src/api/types/storage.js";
import { SECOND } from "../../../../src/engine/simulation.js";
import { instantServer } from "../pods.js";

it("a claim may be replaced by a client that knows only the older of the fields that say what it is filled from", () => {
  const { server, simulation } = instantServer();
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const dataSource = { kind: "PersistentVolumeClaim", name: "other" };
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "copy", namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, dataSource },
  };
  client.create(claim);
  simulation.run(simulation.now + SECOND);
  const answers: string[] = [];
  client.update<"PersistentVolumeClaim">({ ...claim, metadata: { ...claim.metadata, labels: { touched: "yes" } } }, (result) =>
    answers.push(result.ok ? "ok" : result.status.message),
  );
  simulation.run(simulation.now + SECOND);
  expect(answers).toEqual(["ok"]);
  expect(server.objects.get("PersistentVolumeClaim", "default", "copy")).toMatchObject({
    metadata: { labels: { touched: "yes" } },
    spec: { dataSource, dataSourceRef: dataSource },
  });
});
