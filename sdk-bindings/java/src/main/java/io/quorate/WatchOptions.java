package io.quorate;

import java.time.Duration;
import java.util.Optional;

/**
 * Where a watch begins, and when it gives up.
 *
 * @param cursor resumes after this cursor, which any agent of the cluster gave out; default: empty, for a snapshot first; of
 *     no effect in watches whose messages have none
 * @param giveUpAfter ends with {@link QuorateException.Unavailable} when cut off for so long; default: never
 */
public record WatchOptions(String cursor, Optional<Duration> giveUpAfter) {
    static final WatchOptions DEFAULT = builder().build();

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link WatchOptions}. */
    public static final class Builder {
        private String cursor = "";
        private Optional<Duration> giveUpAfter = Optional.empty();

        private Builder() {}

        /**
         * Resumes after a cursor.
         *
         * @param after a cursor which any agent of the cluster gave out
         * @return this builder
         */
        public Builder cursor(String after) {
            cursor = after;
            return this;
        }

        /**
         * Ends with {@link QuorateException.Unavailable} when cut off for so long.
         *
         * @param span how long
         * @return this builder
         */
        public Builder giveUpAfter(Duration span) {
            giveUpAfter = Optional.of(span);
            return this;
        }

        /** {@return the options} */
        public WatchOptions build() {
            return new WatchOptions(cursor, giveUpAfter);
        }
    }
}
