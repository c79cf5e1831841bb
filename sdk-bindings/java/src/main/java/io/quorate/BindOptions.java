package io.quorate;

import java.util.OptionalLong;

/**
 * How a path is bound.
 *
 * @param shared whether other sessions may bind the path as well; default: no
 * @param expectedRevision only when the session's binding was last changed at this revision; 0: only when it has none; default:
 *     whatever is there
 */
public record BindOptions(boolean shared, OptionalLong expectedRevision) {
    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link BindOptions}. */
    public static final class Builder {
        private boolean shared;
        private OptionalLong expectedRevision = OptionalLong.empty();

        private Builder() {}

        /**
         * Other sessions may bind the path as well.
         *
         * @return this builder
         */
        public Builder shared() {
            shared = true;
            return this;
        }

        /**
         * Only when the session's binding was last changed at this revision.
         *
         * @param revision the revision; 0: only when it has no binding
         * @return this builder
         */
        public Builder expectedRevision(long revision) {
            expectedRevision = OptionalLong.of(revision);
            return this;
        }

        /** {@return the options} */
        public BindOptions build() {
            return new BindOptions(shared, expectedRevision);
        }
    }
}
