/** What the test bundles: the published modules of the SDK do not load in plain node. */
export { Inference, StreamableManager } from "@inferencesh/sdk";
