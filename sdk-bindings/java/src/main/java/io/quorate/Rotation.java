package io.quorate;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Which endpoint comes next, and how long to pause before it.
 *
 * <p>Within a round over all endpoints there is no pause: another agent may well answer at once. Between rounds there
 * is one that grows and has jitter, so that many clients do not come back to a restarted cluster in step.
 */
final class Rotation {
    private static final long LEAST = 50_000_000;
    private static final long MOST = 2_000_000_000;

    private final int endpoints;
    private int next;
    private int attempts;
    private long pause = LEAST;

    /** The endless order in which endpoints are tried, beginning with {@code first}. */
    Rotation(int endpoints, int first) {
        this.endpoints = endpoints;
        this.next = first;
    }

    /** What to do next: the endpoint, after how many nanoseconds, and how many rounds over all are complete. */
    record Step(int index, long pause, int roundsDone) {}

    Step step() {
        int index = next;
        int rounds = attempts / endpoints;
        long wait = 0;
        if (rounds > 0 && attempts % endpoints == 0) {
            wait = (long) (pause * (1 + ThreadLocalRandom.current().nextDouble()));
            pause = Math.min(pause * 2, MOST);
        }
        next = (index + 1) % endpoints;
        attempts++;
        return new Step(index, wait, rounds);
    }

    /** Begins anew without a pause, with the endpoint after the last one tried. */
    void reset() {
        attempts = 0;
        pause = LEAST;
    }
}
