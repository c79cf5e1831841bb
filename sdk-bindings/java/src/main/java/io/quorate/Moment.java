package io.quorate;

/**
 * A point in time, by two clocks. The monotonic one stops while the machine is suspended; the wall clock does not, but
 * can be set. Of the two spans since then the greater one counts: time never seems shorter than it was.
 */
record Moment(long monotonicNanos, long wallMillis) {
    static Moment now() {
        return new Moment(System.nanoTime(), System.currentTimeMillis());
    }

    /** How long ago it was, in nanoseconds. */
    long elapsed() {
        return now().since(this);
    }

    /** How long after an earlier one it is, in nanoseconds. */
    long since(Moment earlier) {
        return Math.max(monotonicNanos - earlier.monotonicNanos, (wallMillis - earlier.wallMillis) * 1_000_000);
    }
}
