package io.quorate;

import java.time.Duration;

/**
 * What a session is to be. The agent checks the values: what is out of range is a {@link QuorateException.BadRequest}.
 *
 * @param ttl how long it lives without a sign of life: 1 s to 1 h; default: 10 s
 * @param label what it is called, for people; 128 bytes at most
 * @param group the group it belongs to, for barriers that wait for a group; 128 bytes at most
 * @param processId has an agent of the same machine close it as soon as this process dies; 0 for none
 */
public record SessionOptions(Duration ttl, String label, String group, int processId) {
    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link SessionOptions}. */
    public static final class Builder {
        private Duration ttl = Duration.ofSeconds(10);
        private String label = "";
        private String group = "";
        private int processId;

        private Builder() {}

        /**
         * How long it lives without a sign of life. That is also how long others wait for what it holds when this
         * program dies, and the longest pause that this program survives.
         *
         * @param span 1 s to 1 h
         * @return this builder
         */
        public Builder ttl(Duration span) {
            ttl = span;
            return this;
        }

        /**
         * What it is called, for people.
         *
         * @param text 128 bytes at most
         * @return this builder
         */
        public Builder label(String text) {
            label = text;
            return this;
        }

        /**
         * The group it belongs to, for barriers that wait for a group.
         *
         * @param name 128 bytes at most
         * @return this builder
         */
        public Builder group(String name) {
            group = name;
            return this;
        }

        /**
         * Has an agent of the same machine close it as soon as this process dies.
         *
         * @param pid the process, as {@link ProcessHandle#pid} tells one's own
         * @return this builder
         */
        public Builder processId(long pid) {
            processId = Math.toIntExact(pid);
            return this;
        }

        /** {@return the options} */
        public SessionOptions build() {
            return new SessionOptions(ttl, label, group, processId);
        }
    }
}
