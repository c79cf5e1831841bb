package io.quorate;

import io.quorate.QuorateException.Tried;
import io.quorate.QuorateException.Unavailable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a watch knows across its streams: where it got to, whom to ask next, since when it has been cut off. */
final class Resume {
    /** For how long, in nanoseconds, a stream must have gone on for endpoints to be tried without a pause again. */
    static final long GOOD_AFTER = 2_000_000_000;

    private final Rotation rotation;
    private final long giveUpAfter;
    private final Map<String, Tried> tried = new LinkedHashMap<>();
    private String cursor;
    private long cutOff = System.nanoTime();
    private long opened;

    /** Goes on after {@code cursor}; without {@code giveUpAfter} for ever. */
    Resume(int endpoints, int first, String cursor, Duration giveUpAfter) {
        this.rotation = new Rotation(endpoints, first);
        this.cursor = cursor;
        this.giveUpAfter = giveUpAfter == null ? Plan.ENDLESS : Spans.nanos(giveUpAfter);
    }

    /** Resumes after the last message that has one; empty before the first one. */
    String cursor() {
        return cursor;
    }

    /**
     * Where to open the stream next.
     *
     * @throws Unavailable there was no message for as long as the watch may be cut off
     */
    Rotation.Step step() {
        Rotation.Step step = rotation.step();
        if (!tried.isEmpty() && System.nanoTime() - cutOff + step.pause() >= giveUpAfter) {
            throw new Unavailable(List.copyOf(tried.values()));
        }
        return step;
    }

    /** A stream is opened now. */
    void opened() {
        opened = System.nanoTime();
    }

    /** A message came; it has this cursor, or none. */
    void received(String after) {
        tried.clear();
        if (!after.isEmpty()) {
            cursor = after;
        }
    }

    /**
     * The stream failed, or could not be opened.
     *
     * @throws QuorateException.Refused no other endpoint would answer otherwise
     */
    void failed(Failure failure) {
        if (failure.isFinal()) {
            throw failure.refused();
        }
        long now = System.nanoTime();
        if (tried.isEmpty()) {
            cutOff = now;
        }
        if (now - opened >= GOOD_AFTER) {
            rotation.reset();
        }
        tried.put(failure.endpoint(), failure.tried());
    }
}
