package io.quorate;

import com.google.protobuf.ByteString;
import io.quorate.v1.BindNameRequest;
import io.quorate.v1.BindNameResponse;
import io.quorate.v1.CloseSessionRequest;
import io.quorate.v1.UnbindNameRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * A session that is kept alive at whichever agent answers. Use it in a try-with-resources statement, or close it.
 *
 * <p>What it holds - bindings, locks, offices, places in queues and at barriers - goes when it ends: when it is closed,
 * or when nothing was heard of it for its time. It survives the loss of agents.
 *
 * <p>Whoever holds something may act on it only while the session {@link #isValid}, which is counted from when the last
 * sign of life that was answered was <em>sent</em>, by the monotonic clock or the wall clock, whichever says that more
 * time has passed: the first one stops while the machine is suspended, the second one does not. Before that time is
 * over nobody else is given what it holds. Against a pause between looking and acting there are fencing tokens.
 *
 * <p>It may be used by several threads.
 */
public final class Session implements AutoCloseable {
    /** After a suspension of the machine timers are late by as long: the clock is looked at this often at least. */
    private static final long LOOK = 1_000_000_000;

    private final Pool pool;
    private final String token;
    private final String id;
    private final Duration ttl;
    private final long ttlNanos;
    private final SignsOfLife signs;
    private final Pool.Part part = this::stop;
    private final Set<Wait> waits = new HashSet<>();
    private volatile Moment sent;
    private volatile QuorateException ended;
    private volatile boolean closed;

    /** A session whose last sign of life that was answered was sent at a moment. */
    Session(Pool pool, String token, String id, Duration ttl, Moment sent) {
        this.pool = pool;
        this.token = token;
        this.id = id;
        this.ttl = ttl;
        this.ttlNanos = Spans.nanos(ttl);
        this.sent = sent;
        this.signs = new SignsOfLife(pool, token, ttlNanos, this::heard, this::over);
        pool.add(part, signs::start);
    }

    /** {@return its id, which others see; no secret} */
    public String id() {
        return id;
    }

    /** {@return proves that the session is one's own: whoever has it may act for the session, and resume it} */
    public String token() {
        return token;
    }

    /** {@return how long it lives without a sign of life} */
    public Duration ttl() {
        return ttl;
    }

    /** {@return for how long it surely lives when no further sign of life is answered; zero when that is not known} */
    public Duration left() {
        return Duration.ofNanos(leftNanos());
    }

    /** {@return whether what it holds may be acted on at this moment; never says yes too long} */
    public boolean isValid() {
        return leftNanos() > 0;
    }

    /**
     * Waits until the session is over, or until nothing of its time is left.
     *
     * @return why what it held may not be acted on any more
     */
    public Loss waitLost() {
        return waitLost(Duration.ZERO);
    }

    /**
     * Waits until the session is over, or until less than {@code margin} of its time is left.
     *
     * <p>That is time enough to stop what rests on it. Two of three signs of life may fail before a third of its time
     * is left. After a suspension of the machine it may come up to 1 s late; {@link #isValid} does not.
     *
     * @param margin how much of its time is to be left
     * @return why what it held may not be acted on any more
     */
    public Loss waitLost(Duration margin) {
        return Futures.await(waitLostAsync(margin));
    }

    /**
     * As {@link #waitLost(Duration)}, without blocking.
     *
     * @param margin how much of its time is to be left
     * @return completes with why what it held may not be acted on any more
     */
    public CompletableFuture<Loss> waitLostAsync(Duration margin) {
        return Futures.outward(wait(margin), loss -> loss);
    }

    /**
     * Has {@code callback} called once when {@link #waitLost()} would return; not when the session is closed before.
     *
     * @param callback is called in the common pool
     */
    public void onLost(Consumer<Loss> callback) {
        onLost(callback, Duration.ZERO);
    }

    /**
     * Has {@code callback} called once when {@link #waitLost(Duration)} would return; not when the session is closed
     * before.
     *
     * @param callback is called in the common pool
     * @param margin how much of its time is to be left
     */
    public void onLost(Consumer<Loss> callback, Duration margin) {
        wait(margin)
                .thenAccept(loss -> Futures.USERS.execute(() -> {
                    if (!closed) {
                        callback.accept(loss);
                    }
                }));
    }

    /**
     * An exclusive lock of this session; nothing is sent before it is acquired.
     *
     * @param path the lock
     * @return the lock
     */
    public Lock lock(String path) {
        return lock(path, LockOptions.builder().build());
    }

    /**
     * A lock of this session; nothing is sent before it is acquired.
     *
     * @param path the lock
     * @param options how it is wanted
     * @return the lock
     */
    public Lock lock(String path, LockOptions options) {
        return new Lock(this, options.claim(path));
    }

    /**
     * An office that this session may stand for; nothing is sent before it does.
     *
     * @param path the path of the office
     * @param value what others see of who leads; 64 KiB at most
     * @return the office
     */
    public Election election(String path, ByteString value) {
        return new Election(this, path, value);
    }

    /**
     * A barrier that this session may come to; nothing is sent before it does.
     *
     * @param path the barrier
     * @param options what it is; all who come must say the same
     * @return the barrier
     */
    public Barrier barrier(String path, BarrierOptions options) {
        return new Barrier(this, path, options);
    }

    /**
     * Binds a path to a value, or gives a binding of the session another value. Repeated when needed: it is done once.
     *
     * @param path the name
     * @param value the value; 64 KiB at most
     * @return the token and the revision of the binding
     * @throws QuorateException.NameHeld somebody else has it
     * @throws QuorateException.NameDelayed it is kept free for a while
     * @throws QuorateException.NameMismatch it is used as something else
     */
    public BindNameResponse bind(String path, ByteString value) {
        return Futures.await(bindAsync(path, value, BindOptions.builder().build()));
    }

    /**
     * Binds a path to a value, or gives a binding of the session another value. Repeated when needed: it is done once.
     *
     * @param path the name
     * @param value the value; 64 KiB at most
     * @param options how it is bound
     * @return the token and the revision of the binding
     * @throws QuorateException.NameHeld somebody else has it
     * @throws QuorateException.NameDelayed it is kept free for a while
     * @throws QuorateException.NameChanged it was last changed at another revision
     * @throws QuorateException.NameMismatch it is used as something else
     */
    public BindNameResponse bind(String path, ByteString value, BindOptions options) {
        return Futures.await(bindAsync(path, value, options));
    }

    /**
     * As {@link #bind(String, ByteString, BindOptions)}, without blocking.
     *
     * @param path the name
     * @param value the value; 64 KiB at most
     * @param options how it is bound
     * @return completes with the token and the revision of the binding
     */
    public CompletableFuture<BindNameResponse> bindAsync(String path, ByteString value, BindOptions options) {
        BindNameRequest.Builder request = BindNameRequest.newBuilder()
                .setSession(token)
                .setPath(path)
                .setValue(value)
                .setShared(options.shared())
                .setRequestId(requestId());
        options.expectedRevision().ifPresent(request::setExpectedRevision);
        return Futures.outward(pool.ask(stubs -> stubs.names().bindName(request.build())), answer -> answer);
    }

    /**
     * Gives up a binding of the session. Repeated when needed.
     *
     * @param path the name
     * @throws QuorateException.NameNotHeld the session has no such binding
     */
    public void unbind(String path) {
        Futures.await(unbindAsync(path, OptionalLong.empty()));
    }

    /**
     * Gives up a binding of the session when it was last changed at a revision. Repeated when needed.
     *
     * @param path the name
     * @param expectedRevision the revision
     * @throws QuorateException.NameNotHeld the session has no such binding
     * @throws QuorateException.NameChanged it was last changed at another revision
     */
    public void unbind(String path, long expectedRevision) {
        Futures.await(unbindAsync(path, OptionalLong.of(expectedRevision)));
    }

    /**
     * As {@link #unbind(String, long)}, without blocking.
     *
     * @param path the name
     * @param expectedRevision only when it was last changed at this revision
     * @return completes when it is done
     */
    public CompletableFuture<Void> unbindAsync(String path, OptionalLong expectedRevision) {
        UnbindNameRequest.Builder request =
                UnbindNameRequest.newBuilder().setSession(token).setPath(path).setRequestId(requestId());
        expectedRevision.ifPresent(request::setExpectedRevision);
        return Futures.outward(pool.ask(stubs -> stubs.names().unbindName(request.build())), answer -> null);
    }

    /** Ends the session, and with it all it holds, at once. Closing it again does nothing. */
    @Override
    public void close() {
        Futures.await(closeAsync());
    }

    /**
     * As {@link #close}, without blocking.
     *
     * @return completes when it is over
     */
    public CompletableFuture<Void> closeAsync() {
        boolean again = closed;
        detach();
        if (again || ended != null) {
            return CompletableFuture.completedFuture(null);
        }
        CloseSessionRequest request =
                CloseSessionRequest.newBuilder().setSession(token).build();
        return Futures.outward(pool.ask(stubs -> stubs.sessions().closeSession(request)), answer -> null);
    }

    /**
     * Keeps it alive no more and leaves it to its time. Does not block.
     *
     * @return the token by which it can be resumed elsewhere
     */
    public String detach() {
        closed = true;
        pool.execute(this::stop);
        return token;
    }

    Pool pool() {
        return pool;
    }

    /** A name for one request, so that it is carried out once however often it is sent. */
    static String requestId() {
        return UUID.randomUUID().toString();
    }

    private long leftNanos() {
        return ended != null || closed ? 0 : Math.max(0, ttlNanos - sent.elapsed());
    }

    private void stop() {
        closed = true;
        signs.stop();
        List.copyOf(waits).forEach(Wait::look);
        pool.remove(part);
    }

    private void heard(Moment moment) {
        sent = moment;
    }

    private void over(QuorateException error) {
        ended = error;
        List.copyOf(waits).forEach(Wait::look);
    }

    private CompletableFuture<Loss> wait(Duration margin) {
        Wait wait = new Wait(Spans.nanos(margin));
        if (!pool.execute(wait::begin)) {
            wait.look();
        }
        return wait.done;
    }

    /** Somebody who waits for the end. */
    private final class Wait {
        private final long margin;
        private final CompletableFuture<Loss> done = new CompletableFuture<>();
        private Future<?> timer = CompletableFuture.completedFuture(null);

        Wait(long margin) {
            this.margin = margin;
        }

        void begin() {
            waits.add(this);
            look();
        }

        void look() {
            timer.cancel(false);
            long left = leftNanos() - margin;
            if (ended != null) {
                done.complete(new Loss(Optional.of(ended)));
            } else if (left <= 0) {
                done.complete(new Loss(Optional.empty()));
            }
            if (done.isDone()) {
                waits.remove(this);
            } else {
                timer = pool.schedule(this::look, Math.min(left, LOOK));
            }
        }
    }
}
