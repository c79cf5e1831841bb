package io.quorate;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A listing whose pages are fetched as they are needed. */
final class Pages<P, E> implements Iterator<E> {
    /** Most entries of a page. */
    static final int SIZE = 1000;

    private final Function<String, P> ask;
    private final Function<P, List<E>> entries;
    private final Function<P, String> next;
    private Iterator<E> page = Collections.emptyIterator();
    private String token = "";
    private boolean last;

    private Pages(Function<String, P> ask, Function<P, List<E>> entries, Function<P, String> next) {
        this.ask = ask;
        this.entries = entries;
        this.next = next;
    }

    /** The entries, by what asks for a page by its token, has its entries, and has the token of the next one. */
    static <P, E> Stream<E> stream(Function<String, P> ask, Function<P, List<E>> entries, Function<P, String> next) {
        Iterator<E> pages = new Pages<>(ask, entries, next);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED), false);
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && !last) {
            P answer = ask.apply(token);
            page = entries.apply(answer).iterator();
            token = next.apply(answer);
            last = token.isEmpty();
        }
        return page.hasNext();
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }
}
