package io.quorate;

import java.util.Comparator;

/**
 * A fencing token. Of two tokens for one name, the later one is greater.
 *
 * <p>Hand it to whatever is protected, and have that refuse lower ones than it has seen.
 *
 * @param epoch the fencing epoch of the grant
 * @param counter rises with each grant of an epoch
 */
public record Token(long epoch, long counter) implements Comparable<Token> {
    private static final Comparator<Token> ORDER = Comparator.<Token, Long>comparing(
                    Token::epoch, Long::compareUnsigned)
            .thenComparing(Token::counter, Long::compareUnsigned);

    /**
     * From the generated type.
     *
     * @param token the same, as the schema has it
     * @return the token
     */
    public static Token of(io.quorate.v1.Token token) {
        return new Token(token.getEpoch(), token.getCounter());
    }

    /** {@return the same, as the schema has it} */
    public io.quorate.v1.Token toProto() {
        return io.quorate.v1.Token.newBuilder()
                .setEpoch(epoch)
                .setCounter(counter)
                .build();
    }

    @Override
    public int compareTo(Token other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(epoch) + "." + Long.toUnsignedString(counter);
    }
}
