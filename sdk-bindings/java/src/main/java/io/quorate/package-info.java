/**
 * Client of the Quorate cluster agent: typed calls that fail over among the agents of a cluster, sessions that are kept
 * alive, locks, elections, barriers, names, taking part in recovery, and watches that resume by themselves.
 *
 * <p>{@link io.quorate.Client} is where to begin. Requests and answers are the generated types of the schema, in
 * {@code io.quorate.v1}; the errors are those in {@link io.quorate.QuorateException}.
 */
package io.quorate;
