package io.quorate;

import io.quorate.QuorateException.Tried;
import io.quorate.v1.Phase;
import java.util.OptionalLong;

/** What happened to a program that takes part, for its log, as its text says it. Later versions may have more. */
public sealed interface Notice {
    /**
     * It takes part at this agent from now on.
     *
     * @param endpoint the endpoint, as {@code host:port}
     */
    record Joined(String endpoint) implements Notice {
        @Override
        public String toString() {
            return "takes part at " + endpoint;
        }
    }

    /**
     * The agent is gone, or one that was tried cannot be had. Another one is tried.
     *
     * @param tried the endpoint, and what went wrong there
     */
    record Away(Tried tried) implements Notice {
        @Override
        public String toString() {
            return "no agent: " + tried;
        }
    }

    /**
     * It was late with this phase: the cluster goes on without it until it has done that.
     *
     * @param phase the phase
     */
    record Isolated(Phase phase) implements Notice {
        @Override
        public String toString() {
            return "was late: " + word(phase);
        }
    }

    /**
     * It failed to do what it was told, which is not acknowledged.
     *
     * @param phase the phase
     * @param epoch the epoch by which it was told; empty when the agent was gone
     * @param error what it threw
     */
    record Failed(Phase phase, OptionalLong epoch, Throwable error) implements Notice {
        @Override
        public String toString() {
            return "failed to " + word(phase) + ": " + error;
        }
    }

    private static String word(Phase phase) {
        return switch (phase) {
            case PHASE_PREPARE -> "prepare";
            case PHASE_RECOVER -> "recover";
            case PHASE_RESUME -> "resume";
            case PHASE_UNSPECIFIED, UNRECOGNIZED -> "do something unknown";
        };
    }
}
