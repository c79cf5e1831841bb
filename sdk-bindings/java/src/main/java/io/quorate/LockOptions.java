package io.quorate;

import com.google.protobuf.ByteString;
import io.quorate.v1.LockClaim;
import io.quorate.v1.NameMode;
import java.time.Duration;

/**
 * How a lock is wanted.
 *
 * @param mode with whom it can be shared; default: exclusive
 * @param limit for a counted lock: how many may hold it at once
 * @param value what others see of the holder; 64 KiB at most
 * @param delay for how long nobody else gets it when the session expires: 0 to 60 s
 */
public record LockOptions(NameMode mode, int limit, ByteString value, Duration delay) {
    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    LockClaim claim(String path) {
        LockClaim.Builder claim = LockClaim.newBuilder()
                .setPath(path)
                .setMode(mode)
                .setLimit(limit)
                .setValue(value);
        if (!delay.isZero()) {
            claim.setDelay(Spans.toProto(delay));
        }
        return claim.build();
    }

    /** Makes {@link LockOptions}. */
    public static final class Builder {
        private NameMode mode = NameMode.NAME_MODE_EXCLUSIVE;
        private int limit;
        private ByteString value = ByteString.EMPTY;
        private Duration delay = Duration.ZERO;

        private Builder() {}

        /**
         * All who want it shared hold it together; those who do not wait until none of them does.
         *
         * @return this builder
         */
        public Builder shared() {
            mode = NameMode.NAME_MODE_SHARED;
            return this;
        }

        /**
         * So many may hold it at once; all who claim it must say the same.
         *
         * @param holders how many
         * @return this builder
         */
        public Builder counted(int holders) {
            mode = NameMode.NAME_MODE_COUNTED;
            limit = holders;
            return this;
        }

        /**
         * What others see of the holder.
         *
         * @param bytes 64 KiB at most
         * @return this builder
         */
        public Builder value(ByteString bytes) {
            value = bytes;
            return this;
        }

        /**
         * For how long nobody else gets it when the session expires.
         *
         * @param span 0 to 60 s
         * @return this builder
         */
        public Builder delay(Duration span) {
            delay = span;
            return this;
        }

        /** {@return the options} */
        public LockOptions build() {
            return new LockOptions(mode, limit, value, delay);
        }
    }
}
