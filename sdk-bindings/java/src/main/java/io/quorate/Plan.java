package io.quorate;

import io.quorate.QuorateException.ConnectionLost;
import io.quorate.QuorateException.DeadlineExceeded;
import io.quorate.QuorateException.Tried;
import io.quorate.QuorateException.Unavailable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One call over several endpoints: which failure ends it, and which only ends the attempt.
 *
 * <p>A plan does no IO: whoever carries it out asks it for the next {@link #step} and tells it what {@link #failed}.
 */
final class Plan {
    /** The timeout of an attempt that takes as long as it takes. */
    static final long ENDLESS = Long.MAX_VALUE;

    private final ClientOptions options;
    private final Rotation rotation;
    private final Duration limit;
    private final long end;
    private final long share;
    private final boolean repeat;
    private final Map<String, Tried> tried = new LinkedHashMap<>();

    /**
     * A call that begins now. Without {@code limit} it takes as long as it takes; with {@code shared} each endpoint a
     * share.
     */
    Plan(ClientOptions options, int first, Duration limit, boolean shared, boolean repeat) {
        this.options = options;
        this.rotation = new Rotation(options.endpoints().size(), first);
        this.limit = limit;
        this.end = limit == null ? 0 : System.nanoTime() + Spans.nanos(limit);
        this.share = limit != null && shared ? options.share(Spans.nanos(limit)) : ENDLESS;
        this.repeat = repeat;
    }

    /** What to try next: at which endpoint, after and for how many nanoseconds. */
    record Attempt(int index, long pause, long timeout) {}

    /**
     * The next attempt.
     *
     * @throws Unavailable each endpoint was tried as often as allowed
     * @throws DeadlineExceeded there is no time left
     */
    Attempt step() {
        Rotation.Step step = rotation.step();
        if (limit == null) {
            return new Attempt(step.index(), step.pause(), ENDLESS);
        }
        long left = end - System.nanoTime() - step.pause();
        if (left <= 0 || step.roundsDone() >= options.rounds()) {
            List<Tried> all = List.copyOf(tried.values());
            if (left <= 0 && (all.isEmpty() || all.stream().anyMatch(Tried::silent))) {
                throw new DeadlineExceeded(limit, all);
            }
            throw new Unavailable(all);
        }
        return new Attempt(step.index(), step.pause(), Math.min(left, share));
    }

    /**
     * Takes note of a failed attempt.
     *
     * @throws QuorateException.Refused no other endpoint would answer otherwise
     * @throws ConnectionLost it may have been carried out, and must not be repeated
     */
    void failed(Failure failure) {
        if (!failure.mayPass()) {
            throw failure.refused();
        }
        if (!repeat && failure.wasSent()) {
            throw new ConnectionLost(failure.tried());
        }
        tried.put(failure.endpoint(), failure.tried());
    }
}
