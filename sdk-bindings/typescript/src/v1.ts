/**
 * The generated types of the schema: requests, answers, enums and services. The comments there are the contract.
 *
 * @module
 */

export * from "./gen/quorate/v1/admin_pb.js";
export * from "./gen/quorate/v1/barrier_pb.js";
export * from "./gen/quorate/v1/common_pb.js";
export * from "./gen/quorate/v1/election_pb.js";
export * from "./gen/quorate/v1/errors_pb.js";
export * from "./gen/quorate/v1/event_pb.js";
export * from "./gen/quorate/v1/lock_pb.js";
export * from "./gen/quorate/v1/membership_pb.js";
export * from "./gen/quorate/v1/name_pb.js";
export * from "./gen/quorate/v1/quorum_pb.js";
export * from "./gen/quorate/v1/recovery_pb.js";
export * from "./gen/quorate/v1/session_pb.js";
