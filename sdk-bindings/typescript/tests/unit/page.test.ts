import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { v1 } from "quorate";
import { Services, stateOf } from "../../page/services.js";
import { age, span } from "../../page/words.js";

const AT = new Date(0);
const { InstanceState, RecoveryStage, ServiceIntent } = v1;

function recovery(init: MessageInitShape<typeof v1.RecoverySchema>): v1.WatchRecoveryResponse {
  const value = { epoch: 1n, stage: RecoveryStage.RECOVERED, leader: "n1", ...init };
  return create(v1.WatchRecoveryResponseSchema, { message: { case: "recovery", value } });
}

function nobody(): v1.WatchRecoveryResponse {
  return create(v1.WatchRecoveryResponseSchema, { message: { case: "noRecovery", value: {} } });
}

function web(nodeName: string, state: v1.InstanceState, wanted = true) {
  return { service: "web", nodeName, state, wanted, level: 1 };
}

/** How the service `web` stands, in a word. */
function stateOfWeb(
  told: MessageInitShape<typeof v1.RecoverySchema>,
  defined?: { readonly intent?: v1.ServiceIntent; readonly version?: bigint },
): string {
  const services = new Services();
  services.hear(recovery(told), AT);
  const listed = defined ? [{ service: { name: "web" }, level: 1, intent: ServiceIntent.RUN, ...defined }] : [];
  services.hearDefined(create(v1.ListServicesResponseSchema, { services: listed }));
  const [standing] = services.standings();
  assert.ok(standing);
  return stateOf(standing);
}

test("a service stands as its instances and operators have it", () => {
  const { READY, STARTING, STOPPING, FAILED } = InstanceState;
  assert.equal(stateOfWeb({ instances: [web("n1", READY)] }, {}), "ready");
  assert.equal(stateOfWeb({ instances: [web("n1", READY)] }), "ready", "the listing is not there yet");
  assert.equal(stateOfWeb({ instances: [web("n1", READY)] }, { version: 2n }), "waiting", "of an earlier definition");
  assert.equal(stateOfWeb({ instances: [web("n1", FAILED, false), web("n2", STARTING)] }, {}), "starting");
  assert.equal(stateOfWeb({ instances: [web("n1", STOPPING, false)] }), "stopping", "it was removed");
  assert.equal(stateOfWeb({}, { intent: ServiceIntent.DISABLED }), "disabled");
  assert.equal(stateOfWeb({ blocked: [{ service: "web", requires: "db" }] }, {}), "blocked");
  assert.equal(stateOfWeb({ unplaced: [{ service: "web" }] }, {}), "unplaced");
});

test("what changes is told, and what was so before the page was opened is not", () => {
  const services = new Services();
  const tell = (message: v1.WatchRecoveryResponse) => services.hear(message, AT).map(({ text }) => text);
  assert.deepEqual(tell(recovery({ instances: [web("n3", InstanceState.READY)] })), []);
  assert.equal(services.since, undefined);
  assert.deepEqual(tell(nobody()), ["nobody leads recovery: there is no quorum, or the cluster is changing"]);
  assert.deepEqual(tell(nobody()), []);
  assert.equal(services.isLed, false);
  const nodes = [{ nodeName: "n1" }, { nodeName: "n2" }];
  const level = { epoch: 2n, stage: RecoveryStage.LEVEL, level: 1, nodes };
  assert.deepEqual(tell(recovery({ ...level, instances: [web("n1", InstanceState.WAITING)] })), [
    "epoch 2: n1 leads the recovery of 2 members",
    "web/0 on n3: gone",
    "recovery: level 1",
  ]);
  assert.equal(services.since, AT);
  assert.deepEqual(tell(recovery({ ...level, instances: [web("n1", InstanceState.READY)] })), ["web/0 on n1: ready"]);
  const took = { seconds: 1n, nanos: 600_000_000 };
  const done = { epoch: 2n, took, instances: [web("n1", InstanceState.READY)] };
  const drained = [{ nodeName: "n1" }, { nodeName: "n2", drained: true, reason: "a new disk" }];
  assert.deepEqual(tell(recovery({ ...done, nodes })), ["recovered after 1.6 s"]);
  assert.deepEqual(tell(recovery({ ...done, nodes: drained })), ["n2 is drained: a new disk"]);
});

test("services are listed anew when their definitions have changed", () => {
  const services = new Services();
  assert.equal(services.isOutdated, false);
  services.hear(recovery({ revision: 4n }), AT);
  assert.equal(services.isOutdated, true);
  services.hearDefined(create(v1.ListServicesResponseSchema, { revision: 4n }));
  assert.equal(services.isOutdated, false);
});

test("times are for people", () => {
  assert.deepEqual([2.04, 250, 1_600, 61_000].map(span), ["2.0 ms", "250 ms", "1.6 s", "1 min 1 s"]);
  assert.deepEqual([999, 59_999, 3_660_000, 90_000_000].map(age), ["0 s", "59 s", "1 h 1 min", "1 d 1 h"]);
});
