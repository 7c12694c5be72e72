import { FastPriorityEventQueue } from "../../../src/engine/queue/fastpriorityqueue.js";
import { RadixEventQueue } from "../../../src/engine/queue/radix-queue.js";
import { describeEventQueue } from "./contract.js";

describeEventQueue("FastPriorityEventQueue", () => new FastPriorityEventQueue());
describeEventQueue("RadixEventQueue", () => new RadixEventQueue());
