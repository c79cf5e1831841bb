package io.quorate;

import io.quorate.QuorateException.Closed;
import java.util.NoSuchElementException;
import java.util.concurrent.Flow;

/** A subscriber that reads a watch: one message after the other, as many as it has requested. */
final class Subscription<M> implements Flow.Subscription {
    private final Watch<M> watch;
    private final Flow.Subscriber<? super M> subscriber;
    private long wanted;
    private boolean reading = true;
    private boolean over;
    private boolean wrong;

    Subscription(Watch<M> watch, Flow.Subscriber<? super M> subscriber) {
        this.watch = watch;
        this.subscriber = subscriber;
    }

    void begin() {
        subscriber.onSubscribe(this);
        read();
    }

    @Override
    public void request(long number) {
        synchronized (this) {
            wanted = number > Long.MAX_VALUE - wanted ? Long.MAX_VALUE : wanted + Math.max(number, 1);
            wrong |= number <= 0;
            if (reading || over) {
                return;
            }
            reading = true;
        }
        read();
    }

    @Override
    public void cancel() {
        synchronized (this) {
            over = true;
        }
        watch.close();
    }

    private void read() {
        synchronized (this) {
            if (over || wanted == 0) {
                reading = false;
                return;
            }
            wanted--;
        }
        if (wrong) {
            watch.close();
        }
        watch.nextAsync().whenCompleteAsync(this::came, Futures.USERS);
    }

    private void came(M message, Throwable error) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = error != null;
        }
        if (error == null) {
            subscriber.onNext(message);
            read();
        } else if (wrong) {
            subscriber.onError(new IllegalArgumentException("the number requested must be positive"));
        } else if (error instanceof NoSuchElementException || error instanceof Closed) {
            subscriber.onComplete();
        } else {
            subscriber.onError(error);
        }
    }
}
