package io.quorate;

import java.util.Optional;

/**
 * Why the holder of a session may not act any more.
 *
 * @param error what the cluster said, such as {@link QuorateException.SessionEnded}; empty when no agent could keep the session
 *     alive in time: what it holds may be somebody else's before long. When an agent answers again and it is still
 * there, it is
 *     valid again.
 */
public record Loss(Optional<QuorateException> error) {
    @Override
    public String toString() {
        return error.map(Throwable::getMessage).orElse("no agent could keep the session alive in time");
    }
}
