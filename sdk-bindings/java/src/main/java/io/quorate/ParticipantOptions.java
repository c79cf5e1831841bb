package io.quorate;

import io.quorate.v1.LatePolicy;
import io.quorate.v1.ParticipateRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a program that takes part in recovery is. The agent checks its name, its level and what it requires: what it does
 * not allow is a {@link QuorateException.BadRequest}. Spans that are out of range are a {@link
 * QuorateException.BadOptions}, thrown by {@link Builder#build}.
 *
 * @param name what it is called, for people: 1 to 128 bytes
 * @param level 0 to 1,000: it recovers when everything on lower levels has, on all members; default: 0
 * @param requires services that must be ready before it recovers: 64 at most; default: none
 * @param deadline how long it has for each phase: 100 ms to 1 h; default: 30 s
 * @param late what happens when that is over; default: the cluster goes on without it
 * @param idleTimeout takes an agent for gone when nothing at all came from it for so long: 100 ms to 1 h; agents send something
 *     every 5 s; default: 15 s
 */
public record ParticipantOptions(
        String name,
        int level,
        List<String> requires,
        Optional<Duration> deadline,
        LatePolicy late,
        Duration idleTimeout) {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration HOUR = Duration.ofHours(1);

    /**
     * Checks the spans.
     *
     * @param name see the component
     * @param level see the component
     * @param requires see the component
     * @param deadline see the component
     * @param late see the component
     * @param idleTimeout see the component
     * @throws QuorateException.BadOptions a span is not allowed
     */
    public ParticipantOptions {
        requires = List.copyOf(requires);
        deadline.ifPresent(span -> Spans.within("deadline", span, SHORTEST, HOUR));
        Spans.within("idleTimeout", idleTimeout, SHORTEST, HOUR);
    }

    /**
     * Begins with the name; all else has its default.
     *
     * @param name what it is called, for people: 1 to 128 bytes
     * @return a builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** What an agent is told first. */
    ParticipateRequest introduction() {
        ParticipateRequest.Builder request = ParticipateRequest.newBuilder();
        request.getParticipantBuilder()
                .setName(name)
                .setLevel(level)
                .addAllRequires(requires)
                .setLate(late);
        deadline.ifPresent(span -> request.getParticipantBuilder().setDeadline(Spans.toProto(span)));
        return request.build();
    }

    /** Makes {@link ParticipantOptions}. */
    public static final class Builder {
        private final String name;
        private int level;
        private List<String> requires = List.of();
        private Optional<Duration> deadline = Optional.empty();
        private LatePolicy late = LatePolicy.LATE_POLICY_ISOLATE;
        private Duration idleTimeout = Duration.ofSeconds(15);

        private Builder(String name) {
            this.name = name;
        }

        /**
         * Its level: it recovers when everything on lower levels has, on all members.
         *
         * @param number 0 to 1,000
         * @return this builder
         */
        public Builder level(int number) {
            level = number;
            return this;
        }

        /**
         * Services that must be ready before it recovers.
         *
         * @param services 64 at most
         * @return this builder
         */
        public Builder requires(String... services) {
            requires = List.of(services);
            return this;
        }

        /**
         * How long it has for each phase.
         *
         * @param span 100 ms to 1 h
         * @return this builder
         */
        public Builder deadline(Duration span) {
            deadline = Optional.of(span);
            return this;
        }

        /**
         * What happens when it is late.
         *
         * @param policy whether the cluster waits for it, or goes on without it
         * @return this builder
         */
        public Builder late(LatePolicy policy) {
            late = policy;
            return this;
        }

        /**
         * Takes an agent for gone when nothing at all came from it for so long. Agents send something every 5 s.
         *
         * @param timeout 100 ms to 1 h
         * @return this builder
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = timeout;
            return this;
        }

        /**
         * {@return the options}
         *
         * @throws QuorateException.BadOptions a span is not allowed
         */
        public ParticipantOptions build() {
            return new ParticipantOptions(name, level, requires, deadline, late, idleTimeout);
        }
    }
}
