package io.quorate;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.quorate.QuorateException.Closed;
import io.quorate.QuorateException.DeadlineExceeded;
import io.quorate.QuorateException.Interrupted;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * What an agent sends, for ever, on any agent: a snapshot first, then changes, and bookmarks while all is quiet.
 *
 * <p>When the stream breaks, ends or is silent, the same watch is opened after the last message, at the next endpoint.
 * The agent then sends a snapshot whose {@code reason} says how it went on: {@code RESUMED} means that there is no gap,
 * {@code LAGGED} and {@code HISTORY_DROPPED} mean that there is one and that this snapshot bridges it. All are passed
 * on.
 *
 * <p>It ends with an error only when another agent would say the same, as {@link QuorateException.BadCursor}, or with
 * {@link QuorateException.Unavailable} when it was told when to give up. A reader that is slow is held back by flow
 * control; the agent sends a {@code LAGGED} snapshot if it fell too far behind.
 *
 * <p>Read it with {@link #next()}, as an iterator, or subscribe to it, one reader at a time; nothing is sent before
 * that. Close it, or use it in a try-with-resources statement: nothing of it is left then.
 *
 * @param <M> the messages of the stream
 */
public final class Watch<M> implements Iterator<M>, Flow.Publisher<M>, AutoCloseable {
    /** A stream is given up when it was silent for so many nanoseconds while it was read. */
    private static final long IDLE = 15_000_000_000L;

    /** What is watched. */
    record Source<Q, M>(MethodDescriptor<Q, M> method, Function<String, Q> request, Function<M, String> cursor) {
        ClientCall<Q, M> open(Endpoint endpoint, ClientCall.Listener<M> listener, String after) {
            ClientCall<Q, M> call = endpoint.ready().newCall(method, CallOptions.DEFAULT);
            call.start(listener, new Metadata());
            call.sendMessage(request.apply(after));
            call.halfClose();
            return call;
        }
    }

    private final Pool pool;
    private final Source<?, M> source;
    private final Resume resume;
    private final Pool.Part part = () -> end(new Closed());
    private volatile String cursor;
    private volatile String endpoint;
    private volatile boolean closed;

    // Only the client's thread touches these.
    private Reader<M> reader;
    private M kept;
    private boolean handing;
    private boolean opening;
    private Failure failure;
    private Stream stream;
    private Future<?> timer = CompletableFuture.completedFuture(null);

    Watch(Pool pool, Source<?, M> source, WatchOptions options) {
        this.pool = pool;
        this.source = source;
        this.cursor = options.cursor();
        int endpoints = pool.options().endpoints().size();
        this.resume = new Resume(
                endpoints, pool.preferred(), cursor, options.giveUpAfter().orElse(null));
        pool.add(part, () -> {});
    }

    /**
     * {@return resumes after the last message, also in another watch or another process; empty before the first one}
     */
    public String cursor() {
        return cursor;
    }

    /** {@return the endpoint from which messages come; empty while one is looked for} */
    public Optional<String> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /** {@return whether it is not closed: a watch goes on for ever} */
    @Override
    public boolean hasNext() {
        return !closed;
    }

    /**
     * Blocks until there is a message.
     *
     * @return the message
     * @throws NoSuchElementException the watch was closed
     * @throws QuorateException.Unavailable it was cut off for as long as it may be
     * @throws QuorateException.Refused no other agent would answer otherwise
     */
    @Override
    public M next() {
        return next(null);
    }

    /**
     * Blocks until there is a message, for {@code timeout} at most. A message that comes later is for the next one who
     * asks.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return the message
     * @throws NoSuchElementException the watch was closed
     * @throws QuorateException.DeadlineExceeded there was none in time
     * @throws QuorateException.Unavailable it was cut off for as long as it may be
     * @throws QuorateException.Refused no other agent would answer otherwise
     */
    public M next(Duration timeout) {
        CompletableFuture<M> message = read(Runnable::run);
        try {
            if (timeout != null) {
                message.get(Spans.nanos(timeout), TimeUnit.NANOSECONDS);
            } else {
                message.get();
            }
        } catch (TimeoutException late) {
            if (message.cancel(false)) {
                throw new DeadlineExceeded(timeout, List.of());
            }
        } catch (InterruptedException interrupted) {
            if (message.cancel(false)) {
                Thread.currentThread().interrupt();
                throw new Interrupted(interrupted);
            }
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            return Futures.await(message);
        }
        return message.join();
    }

    /**
     * As {@link #next()}, without blocking. A message that comes after it was cancelled is for the next one who asks.
     *
     * @return completes with the message
     */
    public CompletableFuture<M> nextAsync() {
        return read(Futures.USERS);
    }

    /**
     * Has all messages sent to a subscriber, as many as it requests. When it requests more than there is, it is told of
     * an error that ends the watch, or of its completion when the watch is closed. To cancel the subscription closes
     * the watch.
     *
     * @param subscriber is called in the common pool, and first in the thread of the caller
     */
    @Override
    public void subscribe(Flow.Subscriber<? super M> subscriber) {
        new Subscription<>(this, subscriber).begin();
    }

    /** Ends the watch. Does not block. */
    @Override
    public void close() {
        closed = true;
        pool.execute(() -> end(new NoSuchElementException("the watch is closed")));
    }

    private CompletableFuture<M> read(Executor executor) {
        Reader<M> asked = new Reader<>(new CompletableFuture<>(), executor);
        if (!pool.execute(() -> begin(asked))) {
            asked.future.completeExceptionally(new Closed());
        }
        return asked.future;
    }

    private void begin(Reader<M> asked) {
        if (closed) {
            asked.fail(new NoSuchElementException("the watch is closed"));
        } else if (isRead()) {
            asked.fail(new IllegalStateException("the watch has another reader"));
        } else {
            reader = asked;
            goOn();
        }
    }

    private boolean isRead() {
        return reader != null && !reader.future.isDone();
    }

    /** Gets the reader its message. */
    private void goOn() {
        if (handing || opening) {
            return;
        }
        if (kept != null) {
            M message = kept;
            kept = null;
            hand(message);
        } else if (failure != null) {
            Failure noticed = failure;
            failure = null;
            recover(noticed);
        } else if (stream != null) {
            stream.ask();
        } else {
            open();
        }
    }

    private void open() {
        try {
            Rotation.Step step = resume.step();
            opening = true;
            timer = pool.schedule(() -> connect(step.index()), step.pause());
        } catch (QuorateException over) {
            fail(over);
        }
    }

    private void connect(int index) {
        opening = false;
        stream = new Stream(index);
        endpoint = pool.endpoint(index).name();
        resume.opened();
        stream.begin();
    }

    private void recover(Failure noticed) {
        try {
            resume.failed(noticed);
            open();
        } catch (QuorateException known) {
            fail(known);
        }
    }

    private void lost(Failure noticed) {
        drop();
        if (isRead()) {
            recover(noticed);
        } else {
            failure = noticed;
        }
    }

    private void drop() {
        timer.cancel(false);
        endpoint = null;
        if (stream != null) {
            stream.call.cancel("not needed any more", null);
            stream = null;
        }
    }

    private void end(RuntimeException why) {
        closed = true;
        drop();
        pool.remove(part);
        fail(why);
    }

    private void fail(RuntimeException why) {
        if (isRead()) {
            Reader<M> told = reader;
            reader = null;
            told.fail(why);
        }
    }

    private void hand(M message) {
        Reader<M> told = reader;
        reader = null;
        handing = true;
        told.executor.execute(() -> {
            String before = cursor;
            String after = source.cursor.apply(message);
            cursor = after.isEmpty() ? before : after;
            boolean taken = told.future.complete(message);
            if (!taken) {
                cursor = before;
            }
            pool.execute(() -> handed(taken ? null : message));
        });
    }

    /** The reader has its message, or has not taken it: then the next one gets it. One message is read ahead. */
    private void handed(M returned) {
        handing = false;
        kept = returned;
        if (isRead()) {
            goOn();
        } else if (kept == null && stream != null) {
            stream.request();
        }
    }

    /** Somebody who waits for a message. */
    private record Reader<M>(CompletableFuture<M> future, Executor executor) {
        void fail(RuntimeException why) {
            executor.execute(() -> future.completeExceptionally(why));
        }
    }

    /** The stream at one agent. */
    private final class Stream extends ClientCall.Listener<M> {
        private final int index;
        private ClientCall<?, M> call;
        private boolean asked;
        private long readSince;

        Stream(int index) {
            this.index = index;
        }

        void begin() {
            call = source.open(pool.endpoint(index), this, resume.cursor());
            ask();
            look();
        }

        void ask() {
            readSince = System.nanoTime();
            request();
        }

        void request() {
            if (!asked) {
                asked = true;
                call.request(1);
            }
        }

        /** Looks again when it may have been silent for too long: a timer for each message would cost more than that. */
        private void look() {
            if (stream != this) {
                return;
            }
            long left = isRead() ? readSince + IDLE - System.nanoTime() : IDLE;
            if (left <= 0) {
                lost(failed(Status.CANCELLED, null));
            } else {
                timer = pool.schedule(this::look, left);
            }
        }

        private Failure failed(Status status, Metadata trailers) {
            return new Failure(pool.endpoint(index).name(), status, trailers);
        }

        @Override
        public void onMessage(M message) {
            if (stream != this) {
                return;
            }
            asked = false;
            pool.prefer(index);
            resume.received(source.cursor.apply(message));
            if (isRead()) {
                hand(message);
            } else {
                kept = message;
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (stream == this) {
                Status why = status.isOk() ? Status.UNAVAILABLE.withDescription("the stream was ended") : status;
                lost(failed(why, trailers));
            }
        }
    }
}
