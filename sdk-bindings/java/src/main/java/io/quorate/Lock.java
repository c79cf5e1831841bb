package io.quorate;

import io.quorate.QuorateException.NameDelayed;
import io.quorate.QuorateException.NameHeld;
import io.quorate.v1.AcquireLockRequest;
import io.quorate.v1.AcquireLockResponse;
import io.quorate.v1.LockClaim;
import io.quorate.v1.ReleaseLockRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A lock of a session. In a try-with-resources statement it is released at the end:
 *
 * <pre>{@code
 * try (Lock lock = session.lock("db/migrate")) {
 *     Token token = lock.acquire();
 *     ...
 * }
 * }</pre>
 *
 * <p>The queue is fair: who comes later never overtakes. Every grant has a fencing {@link #token}. It is lost when the
 * session is: look at {@link #isValid} before you act.
 */
public final class Lock implements AutoCloseable {
    private final Session session;
    private final LockClaim claim;
    private volatile Token token;
    private volatile boolean wanted;

    Lock(Session session, LockClaim claim) {
        this.session = session;
        this.claim = claim;
    }

    /** {@return its path} */
    public String path() {
        return claim.getPath();
    }

    /** {@return the fencing token of the grant; empty when it is not held} */
    public Optional<Token> token() {
        return Optional.ofNullable(token);
    }

    /** {@return whether it is held, and may be acted on at this moment; never says yes too long} */
    public boolean isValid() {
        return token != null && session.isValid();
    }

    /**
     * Takes the lock; blocks until it is granted, however long that takes. See {@link #acquire(Duration)}.
     *
     * @return the fencing token of the grant
     */
    public Token acquire() {
        return acquire(null);
    }

    /**
     * Takes the lock; blocks until it is granted, for {@code timeout} at most.
     *
     * <p>When the time is over, or the thread is interrupted, the place in the queue stays with the session: the same
     * call takes it up again, and {@link #release} gives it up. Repeated when needed: who holds it gets the same token.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return the fencing token of the grant
     * @throws QuorateException.DeadlineExceeded it was not granted in time
     * @throws QuorateException.SessionError the session is over
     * @throws QuorateException.NameMismatch the path is used as something else, or in another mode
     * @throws QuorateException.LimitReached the queue is full
     */
    public Token acquire(Duration timeout) {
        return Futures.await(acquireAsync(timeout));
    }

    /**
     * As {@link #acquire(Duration)}, without blocking.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return completes with the fencing token of the grant
     */
    public CompletableFuture<Token> acquireAsync(Duration timeout) {
        wanted = true;
        return Futures.outward(asked(claim, timeout), this::granted);
    }

    /**
     * Takes the lock when it is free. Does not queue.
     *
     * @return the fencing token of the grant; empty when it is not free, or is kept free for a while
     * @throws QuorateException.SessionError the session is over
     * @throws QuorateException.NameMismatch the path is used as something else, or in another mode
     */
    public Optional<Token> tryAcquire() {
        return Futures.await(tryAcquireAsync());
    }

    /**
     * As {@link #tryAcquire}, without blocking.
     *
     * @return completes with the fencing token of the grant, or with nothing when it is not free
     */
    public CompletableFuture<Optional<Token>> tryAcquireAsync() {
        LockClaim atOnce = claim.toBuilder().setNoWait(true).build();
        Duration limit = session.pool().options().callTimeout();
        return Futures.outward(asked(atOnce, limit), new Futures.Outcome<AcquireLockResponse, Optional<Token>>() {
            @Override
            public Optional<Token> answered(AcquireLockResponse answer) {
                return Optional.of(granted(answer));
            }

            @Override
            public Optional<Optional<Token>> failed(Throwable error) {
                boolean taken = error instanceof NameHeld || error instanceof NameDelayed;
                return taken ? Optional.of(Optional.empty()) : Optional.empty();
            }
        });
    }

    /**
     * Gives up the lock, or the place in the queue. Repeated when needed.
     *
     * @throws QuorateException.NameNotHeld the session neither holds it nor queues for it
     * @throws QuorateException.SessionError the session is over, and the lock with it: others may have it already
     */
    public void release() {
        Futures.await(releaseAsync());
    }

    /**
     * As {@link #release}, without blocking.
     *
     * @return completes when it is done
     */
    public CompletableFuture<Void> releaseAsync() {
        ReleaseLockRequest.Builder request = ReleaseLockRequest.newBuilder()
                .setSession(session.token())
                .setPath(path())
                .setRequestId(Session.requestId());
        token().map(Token::toProto).ifPresent(request::setToken);
        token = null;
        wanted = false;
        return Futures.outward(session.pool().ask(stubs -> stubs.locks().releaseLock(request.build())), answer -> null);
    }

    /** Releases it when it was acquired, or was to be, and was not released since. Otherwise it does nothing. */
    @Override
    public void close() {
        if (wanted) {
            release();
        }
    }

    private CompletableFuture<AcquireLockResponse> asked(LockClaim how, Duration timeout) {
        AcquireLockRequest request = AcquireLockRequest.newBuilder()
                .setSession(session.token())
                .setClaim(how)
                .setRequestId(Session.requestId())
                .build();
        return session.pool().await(stubs -> stubs.locks().acquireLock(request), timeout);
    }

    private Token granted(AcquireLockResponse answer) {
        wanted = true;
        token = Token.of(answer.getToken());
        return token;
    }
}
