package io.quorate;

import io.quorate.QuorateException.BadOptions;
import java.time.Duration;

/** Spans of time, between the types of Java, of the schema and of the library below. */
final class Spans {
    private Spans() {}

    /** In nanoseconds; one that is too long for that is as good as endless. */
    static long nanos(Duration span) {
        try {
            return span.toNanos();
        } catch (ArithmeticException tooLong) {
            return span.isNegative() ? Long.MIN_VALUE / 2 : Long.MAX_VALUE / 2;
        }
    }

    /** In seconds, for people. */
    static String text(Duration span) {
        String seconds = span.toMillis() % 1000 == 0
                ? Long.toString(span.toSeconds())
                : Double.toString(span.toMillis() / 1000.0);
        return seconds + " s";
    }

    /**
     * Checks an option.
     *
     * @throws BadOptions it is not from {@code least} to {@code most}
     */
    static void within(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            String allowed = text(least) + " to " + text(most);
            throw new BadOptions(name + " is " + text(value) + ", allowed is " + allowed);
        }
    }

    /** As the schema has it. */
    static com.google.protobuf.Duration toProto(Duration span) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(span.getSeconds())
                .setNanos(span.getNano())
                .build();
    }

    /** From the schema's. */
    static Duration of(com.google.protobuf.Duration span) {
        return Duration.ofSeconds(span.getSeconds(), span.getNanos());
    }
}
